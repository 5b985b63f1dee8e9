<?php
/**
 * Reading: the guilds, and what their names are made of.
 *
 * Drupal functions called: none but by tables.php.
 */
namespace avc_moodle_sync;

/**
 * Everything that one of the two tables takes for a guild. Drupal keeps a guild in both. One that
 * is only in one cannot be read; counted here, it is missed, and not taken for a guild that is gone.
 */
function any_guild(Tables $tables): string
{
    return "SELECT id FROM $tables->groups WHERE type = '" . GROUP_TYPE . "'
        UNION SELECT id FROM $tables->group_data WHERE type = '" . GROUP_TYPE . "'";
}

/** Says every guild; returns ids by UUID. */
function say_guilds(Tables $tables): array
{
    $ids = [];
    $said = new Rows('guilds');
    $guilds = "FROM $tables->guilds WHERE g.type = '" . GROUP_TYPE . "'";
    $columns = "g.id, g.uuid, d.label, d.langcode, $tables->status AS status";
    foreach (rows("SELECT DISTINCT $columns $guilds ORDER BY g.id") as $row) {
        [$id, $uuid, $label, $language, $status] = $row;
        $said->add(legible('guild', [(int) $id, $uuid, $label, $language, number($status)]));
        $ids[$uuid] = (int) $id;
    }
    $said->flush();
    say_aliases($tables);
    say_descriptions($tables);
    return $ids;
}

/** Says the aliases of groups' own pages: path, alias, language, the newest last. */
function say_aliases(Tables $tables): void
{
    // Without the Path Alias module nothing has an alias.
    $sql = "SELECT path, alias, langcode FROM {path_alias}
             WHERE status = 1 AND path LIKE :page AND path NOT LIKE :below ORDER BY id";
    $values = [':page' => '/group/%', ':below' => '/group/%/%'];
    $said = new Rows('aliases');
    foreach ($tables->aliases ? rows($sql, $values) : [] as $row) {
        $said->add(legible('the alias of', $row));
    }
    $said->flush();
}

/** Says the guilds' descriptions in their original languages, as HTML. */
function say_descriptions(Tables $tables): void
{
    $sql = "SELECT f.entity_id, f.field_group_description_value
              FROM $tables->guilds
              JOIN {group__field_group_description} f
                   ON f.entity_id = d.id AND f.langcode = d.langcode
             WHERE g.type = '" . GROUP_TYPE . "' AND f.deleted = 0 AND f.delta = 0";
    $said = new Rows('descriptions');
    foreach ($tables->descriptions ? rows($sql) : [] as [$id, $html]) {
        $said->add(legible('the description of guild', [(int) $id, $html]));
    }
    $said->flush();
}
