<?php
/**
 * Reading: the part of a site that a scope means, at one moment, and whoever may claim to be the
 * same as somebody in it. What is fetched grows with the scope, not with the site; only guilds are
 * read in every scope.
 *
 * Drupal functions called: none but by the other pieces.
 */
namespace avc_moodle_sync;

/** Says what was asked for; returns how many rows of each kind were said. */
function work(array $request): array
{
    $facts = facts_of_drupal();
    $tables = new Tables();
    stop_time();
    say_facts($facts);
    $guilds = say_guilds($tables);
    $scope = in_scope($tables, $request['scope'], $guilds);
    $community = new Memberships($tables);
    if ($request['scope']['kind'] === 'full') {
        (new People($tables, []))->say_everybody();
        $people = count_rows(anybody($tables));
    } else {
        $people = say_some($tables, $request, $scope);
    }
    $scope->say_members();
    $scope->say_roles();
    say('counts', [
        'guilds' => count_rows(any_guild($tables)),
        'people' => $people,
        'memberships' => $scope->count_members(),
        'community' => $community->count_members(),
        'roles' => $scope->count_roles(),
        'community_roles' => $community->count_roles(),
        'halves' => count_halves($tables),
        'leftovers' => count_leftovers($tables),
    ]);
    let_time_pass();
    return Rows::$counts;
}

/** The memberships that a scope means; none of a guild that there is not, which Python says. */
function in_scope(Tables $tables, array $scope, array $guilds): Memberships
{
    return match ($scope['kind']) {
        'full' => new Memberships($tables),
        'guild' => new Memberships($tables, 'r.gid = :gid', [':gid' => $guilds[$scope['uuid']] ?? 0]),
        'user' => new Memberships($tables, 'r.entity_id = :uid', [':uid' => $scope['uid']]),
    };
}

/**
 * Says the people of a scope, whoever may make one of the claims, and whoever may be taken for one
 * of these; returns how many there are, with those who cannot be read.
 */
function say_some(Tables $tables, array $request, Memberships $scope): int
{
    $people = new People($tables, $request['small_letters']);
    $user = $request['scope']['kind'] === 'user';
    $people->say_these($user ? [$request['scope']['uid']] : $scope->uids());
    $people->say_claimants($request['claims']);
    $people->say_lookalikes();
    $uids = array_keys($people->said + array_fill_keys($scope->counted_uids(), true));
    return count_these($tables, $uids);
}
