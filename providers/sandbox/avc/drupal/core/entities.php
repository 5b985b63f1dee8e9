<?php
// Stands in for Drupal's knowledge of entity types and of their tables. Mirrors
// core/lib/Drupal/Core/Entity/EntityTypeManager.php, Entity/Sql/SqlContentEntityStorage.php and
// DefaultTableMapping.php (getFieldTableName), with the entity types of user/src/Entity/User.php and
// of drupal/group 1, 2 and 3 (src/Entity/Group.php, GroupContent.php, GroupRelationship.php), and for
// group types Config/Entity/ConfigEntityStorage.php (load).

namespace Drupal\Core\Entity;

final class EntityTypeManager {
    public function hasDefinition(string $type): bool {
        $extension = \Drupal::service('config.storage')->read('core.extension') ?: [];
        $has_group = isset($extension['module']['group']);
        return match ($type) {
            'user' => true,
            'group', 'group_type' => $has_group,
            'group_relationship' => $has_group && \Drupal::$settings['sandbox_group_release'] === 3,
            'group_content' => $has_group && \Drupal::$settings['sandbox_group_release'] < 3,
            default => false,
        };
    }

    public function getStorage(string $type): object {
        if (!$this->hasDefinition($type)) {
            throw new \RuntimeException("The \"$type\" entity type does not exist.");
        }
        $data = \Drupal::$settings['sandbox_group_release'] === 1 ? 'group_content_field_data' : 'group_relationship_field_data';
        return match ($type) {
            'user' => new Storage('users', 'users_field_data'),
            'group' => new Storage('groups', 'groups_field_data'),
            'group_type' => new ConfigStorage('group.type'),
            'group_content' => new Storage(str_replace('_field_data', '', $data), $data, 'group_content__group_roles'),
            'group_relationship' => new Storage('group_relationship', $data, 'group_relationship__group_roles'),
        };
    }
}

final class Storage {
    public function __construct(private string $base, private string $data, private string $roles = '') {
    }

    public function getBaseTable(): string {
        return $this->base;
    }

    public function getDataTable(): string {
        return $this->data;
    }

    public function getTableMapping(): self {
        return $this;
    }

    public function getFieldTableName(string $field): string {
        if ($field !== 'group_roles' || !\Drupal::database()->schema()->tableExists($this->roles)) {
            throw new \RuntimeException("Table information not available for the '$field' field.");
        }
        return $this->roles;
    }
}

final class ConfigStorage {
    public function __construct(private string $prefix) {
    }

    public function load(string $id): ?object {
        $data = \Drupal::service('config.storage')->read("$this->prefix.$id");
        return $data === false ? null : (object) $data;
    }
}
