<?php
/**
 * Does what was asked, in a Drupal that Drush has started. It returns, and never exits when all is
 * well: Drush calls any exit() abnormal and ends with code 1 (Runtime/ShutdownHandler.php).
 *
 * Drupal functions called: \Drupal::hasContainer, \Drupal::VERSION, keyValue (getMultiple),
 * Database::getConnection.
 */
namespace avc_moodle_sync;

/**
 * Ends the program when Drupal is not up. Drush starts as much of it as it can, and runs scripts
 * all the same (Boot/BootstrapManager.php, bootstrapMax).
 */
function refuse_without_drupal(): void
{
    if (!class_exists('\Drupal')) {
        refuse('no-drupal', ['detail' => getcwd()]);
    }
    if (\Drupal::hasContainer()) {
        return;
    }
    try {
        \Drupal\Core\Database\Database::getConnection();
    } catch (\Drupal\Core\Database\ConnectionNotDefinedException) {
        refuse('no-settings', ['detail' => getcwd()]);
    } catch (\Throwable $error) {
        refuse('no-database', ['detail' => one_line($error->getMessage())]);
    }
    refuse('not-installed');
}

/**
 * Ends the program while the site is in maintenance: updates and restores run then, and what is read
 * may be half of it. From below the cache, which a restore does not touch.
 */
function refuse_in_maintenance(): void
{
    $name = 'system.maintenance_mode';
    if (\Drupal::keyValue('state')->getMultiple([$name])[$name] ?? false) {
        refuse('maintenance');
    }
}

register_shutdown_function('\avc_moodle_sync\say_why_it_stopped');
try {
    refuse_without_drupal();
    refuse_in_maintenance();
    say('hello', ['release' => \Drupal::VERSION]);
    conclude('trailer', ['counts' => work(json_decode(request(), true, 64, JSON_THROW_ON_ERROR))]);
} catch (Refusal $refusal) {
    conclude('refused', ['why' => $refusal->why] + $refusal->facts);
} catch (\Throwable $error) {
    // Drupal adds query and values to the database's own words, which are in the cause.
    $of_database = $error instanceof \Drupal\Core\Database\DatabaseException;
    $cause = $of_database ? $error->getPrevious() ?? $error : $error;
    conclude('failed', ['message' => one_line($cause->getMessage())]);
}
return;
