#!/usr/bin/env php
<?php
// Stands in for Drush. Mirrors drush/drush 12.4: Commands/core/PhpCommands.php (script, with "-"
// only), Boot/BootstrapManager.php (bootstrapMax: as much of Drupal as there is, and the script all
// the same), Boot/DrupalBoot8.php (the check of the database), Runtime/ShutdownHandler.php,
// Runtime/ErrorHandler.php, and how Symfony's console prints what nobody caught.

namespace Drush;

const ROOT = __DIR__ . '/../../html';

final class Runtime {
    public static bool $completed = false;
}

function on_shutdown(): void {
    if (!Runtime::$completed) {
        fwrite(STDERR, " [warning] Drush command terminated abnormally.\n");
        // As the last of all that is registered: others have their turn before it.
        register_shutdown_function(static fn () => exit(1));
    }
}

/** Whether there is a Drupal that can be started. */
function bootstrap(): bool {
    $file = ROOT . '/sites/default/settings.php';
    if (is_file($file)) {
        require $file;
        \Drupal\Core\Database\Database::$info = $databases ?? [];
        \Drupal::$settings = $settings ?? [];
        \Drupal::$overrides = $config ?? [];
    }
    try {
        return \Drupal\Core\Database\Database::getConnection()->schema()->tableExists('key_value');
    } catch (\Exception) {
        return false;
    }
}

/** Evaluates standard input, where none of our names are seen. */
function script(): mixed {
    return eval(stream_get_contents(STDIN));
}

function print_exception(\Exception $error): void {
    $file = basename($error->getFile());
    fwrite(STDERR, "\nIn $file line {$error->getLine()}:\n");
    $lines = explode("\n", chunk_split($error->getMessage(), 75, "\n"));
    foreach (['', ...array_filter($lines, 'strlen'), ''] as $line) {
        fwrite(STDERR, '  ' . str_pad($line, 75) . "  \n");
    }
    fwrite(STDERR, "\n");
}

ini_set('display_errors', '0');
ini_set('log_errors', '1');
// Warnings and notices are lines of Drush's own.
set_error_handler(static function (int $number, string $message, string $file, int $line): bool {
    if ($number & error_reporting()) {
        fwrite(STDERR, " [warning] $message " . basename($file) . ":$line\n");
    }
    return true;
});
register_shutdown_function('\Drush\on_shutdown');
if (array_slice($argv, 1) !== ['php:script', '-']) {
    fwrite(STDERR, "\n  Command \"" . ($argv[1] ?? '') . "\" is not defined.  \n\n");
    exit(1);
}
foreach (['connection', 'queries', 'config', 'entities', 'state', 'drupal'] as $part) {
    require ROOT . "/core/$part.php";
}
chdir(ROOT);
try {
    \Drupal::$container = bootstrap();
    script();
} catch (\Exception $error) {
    print_exception($error);
    Runtime::$completed = true;
    exit(1);
} catch (\Error $error) {
    $where = "{$error->getFile()} on line {$error->getLine()}";
    echo get_class($error), ": {$error->getMessage()} (line {$error->getLine()} of {$error->getFile()}).\n";
    fwrite(STDERR, get_class($error) . ": {$error->getMessage()} in $where {$error->getTraceAsString()}\n");
    exit(1);
}
Runtime::$completed = true;
