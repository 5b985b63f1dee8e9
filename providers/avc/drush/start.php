<?php
/**
 * Does what was asked, in a Drupal that Drush has started. It returns, and never exits when all is
 * well: Drush calls any exit() abnormal and ends with code 1 (Runtime/ShutdownHandler.php).
 *
 * Drupal functions called: \Drupal::VERSION.
 */
namespace avc_moodle_sync;

register_shutdown_function('\avc_moodle_sync\say_why_it_stopped');
try {
    say('hello', ['release' => \Drupal::VERSION]);
    conclude('trailer', ['counts' => work(json_decode(request(), true, 64, JSON_THROW_ON_ERROR))]);
} catch (Refusal $refusal) {
    conclude('refused', ['why' => $refusal->why] + $refusal->facts);
} catch (\Throwable $error) {
    conclude('failed', ['message' => one_line($error->getMessage())]);
}
return;
