"""One real Moodle by two ways: they write the same, and see the same of it."""

from reconciler.models.moodle import MoodleQuery, MoodleSnapshot
from tests.moodle.places import Place
from tests.moodle.support import statuses


def _common(snapshot: MoodleSnapshot) -> object:
    """What both ways can see of cohorts, members and accounts."""
    return (
        snapshot.url,
        {one.id: one.model_copy(update={"component": None}) for one in snapshot.cohorts},
        snapshot.members,
        {
            one.id: (one.username, one.email, one.auth, one.idnumber, one.suspended, one.confirmed)
            for one in snapshot.accounts.values()
        },
    )


def test_both_ways_see_the_same(shell_place: Place, web: Place) -> None:
    """Every cohort of the site, the members that are asked for, their accounts and others'."""
    cohorts = shell_place.create(*"abc", text=f"<!-- {shell_place.prefix} -->")
    shell_place.create_in_category("category", "about")
    for cohort in cohorts[:2]:
        shell_place.add(cohort, *shell_place.accounts()[:3])
    query = MoodleQuery(
        member_marks=frozenset({shell_place.prefix}),
        emails=frozenset(shell_place.emails),
        describe_members=True,
    )
    assert _common(shell_place.site.read(query)) == _common(web.site.read(query))


def test_what_one_way_wrote_the_other_goes_on_with(shell_place: Place, web: Place) -> None:
    """The same steps by the other way find all of it done."""
    creation = shell_place.creation("c")
    cohort = shell_place.write(creation)[0].cohort
    assert cohort
    web.keys[cohort] = shell_place.keys[cohort] = creation.key
    one, two, *_ = shell_place.accounts()
    shell_place.add(cohort, one, two)
    assert statuses(web.add(cohort, one, two)) == ["already", "already"]
    assert statuses(web.remove(cohort, one)) == ["done"]
    assert statuses(shell_place.remove(cohort, one)) == ["already"]
    assert shell_place.members(cohort) == web.members(cohort) == [[two]]


def test_what_web_services_wrote_is_in_the_log(shell_place: Place, web: Place) -> None:
    """With the token's user, and ``ws``."""
    (cohort,) = web.create("logged")
    account = web.accounts()[0]
    web.add(cohort, account)
    found = shell_place.site.changes(frozenset({cohort}))
    assert found is not None
    assert [(one.event, one.account, one.origin) for one in found] == [
        ("member-added", account, "ws"),
        ("created", None, "ws"),
    ]
    assert all(one.by_name == shell_place.backdoor.username(one.by) for one in found)
