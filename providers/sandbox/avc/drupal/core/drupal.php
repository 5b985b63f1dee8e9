<?php
// Stands in for Drupal's static front door. Mirrors core/lib/Drupal.php, as far as our programs
// call it, and core/lib/Drupal/Core/File/FileSystem.php (realpath, for plain paths).

use Drupal\Core\Database\Database;

class Drupal {
    const VERSION = '10.5.1';

    public static bool $container = false;
    public static array $settings = [];
    public static array $overrides = [];
    private static array $services = [];

    public static function hasContainer(): bool {
        return self::$container;
    }

    public static function database(): object {
        return Database::getConnection();
    }

    public static function config(string $name): object {
        $stored = self::service('config.storage')->read($name) ?: [];
        return new Drupal\Core\Config\Config(array_replace($stored, self::$overrides[$name] ?? []));
    }

    public static function state(): object {
        return self::$services['state'] ??= new Drupal\Core\State\State(self::keyValue('state'));
    }

    public static function lock(): object {
        return self::$services['lock'] ??= new Drupal\Core\Lock\DatabaseLockBackend();
    }

    public static function keyValue(string $collection): object {
        return new Drupal\Core\KeyValueStore\DatabaseStorage(self::database(), $collection);
    }

    public static function entityTypeManager(): object {
        return self::$services['types'] ??= new Drupal\Core\Entity\EntityTypeManager();
    }

    public static function service(string $id): object {
        return self::$services[$id] ??= match ($id) {
            'config.storage' => new Drupal\Core\Config\CachedStorage(
                new Drupal\Core\Config\DatabaseStorage(self::database()),
                self::$settings['sandbox_cached_config'] ?? []
            ),
            'user.data' => new Drupal\user\UserData(self::database()),
            'file_system' => new class {
                public function realpath(string $uri): string|false {
                    return realpath($uri);
                }
            },
        };
    }
}
