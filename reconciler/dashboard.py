"""How the integration of two sites stands, judged from what a look at them told."""

from collections.abc import Iterator

from reconciler.identity import issuer_of_avc
from reconciler.models.avc import AvcFacts, KeyFile
from reconciler.models.integration import (
    ENDPOINTS,
    Seen,
    SeenAvc,
    SeenMoodle,
    answers,
    endpoint,
    private,
    public_address,
)
from reconciler.models.moodle import MoodleFacts, MoodleSnapshot
from reconciler.models.plan import Plan
from reconciler.models.status import (
    Drift,
    EndpointStatus,
    IssuerStatus,
    KeyStatus,
    RunEnd,
    SiteStatus,
    Status,
    Synchronization,
    SyncState,
)
from reconciler.validation import MODULE

STALE_AFTER = 24 * 3600
"""Seconds without a verified full run after which people should wonder."""
AHEAD = 60
"""Seconds by which a time may be in the future: clocks differ a little."""


def dashboard(
    seen: Seen,
    now: int,
    *,
    drift: Drift | None = None,
    drift_error: str = "",
    ended: RunEnd | None = None,
) -> Status:
    """The status at this time; ``ended``: so has a synchronisation just now."""
    facts = seen.avc.facts
    known = Status(
        checked=now,
        avc=_site(seen, seen.avc),
        moodle=_site(seen, seen.moodle),
        enabled=seen.declared.enabled,
        paired=_paired(seen),
        module=None if facts is None or facts.modules is None else MODULE in facts.modules,
        module_required=seen.require_module,
        public_key=_key(facts.public_key if facts else None),
        private_key=_key(facts.private_key if facts else None),
        issuer=_issuer(seen),
        endpoints=_endpoints(seen),
        synchronization=_synchronization(facts, now, ended),
        drift=drift,
        drift_error=drift_error or None,
        role_sync=seen.settings.role_sync,
        cohortrole=seen.moodle.facts.cohortrole if seen.moodle.facts else None,
        badge_display=seen.declared.badge_display,
        token_lifetime=_token_lifetime(seen),
        sync_interval=seen.declared.sync_interval,
        broken=(),
        actions=(),
    )
    judged = known.model_copy(update={"broken": tuple(_broken(known, facts))})
    return judged.model_copy(update={"actions": tuple(_actions(judged))})


def drift_of(plan: Plan) -> Drift:
    """What a full plan says that is not as it should be."""
    members = [member for cohort in plan.cohorts for member in cohort.members]
    return Drift(
        memberships=len(members),
        people=len({member.moodle for member in members}),
        create=sum(cohort.action == "create" for cohort in plan.cohorts),
        change=sum(c.action != "create" and c.changes_fields for c in plan.cohorts),
        roles=sum(len(c.assignments) + (c.definition is not None) for c in plan.cohorts),
        problems=len(plan.problems),
    )


def facts_of(snapshot: MoodleSnapshot) -> MoodleFacts:
    """What reading a Moodle told of it: for a status that need not ask again."""
    roles, enrolment = snapshot.roles, snapshot.enrolment
    return MoodleFacts(
        url=snapshot.url,
        release=snapshot.release,
        issuers=snapshot.issuers,
        cohortrole=None if roles is None else roles.definitions is not None,
        on_removal=enrolment.on_removal if enrolment else None,
    )


def _site(seen: Seen, one: SeenAvc | SeenMoodle) -> SiteStatus:
    page = seen.page(one.url)
    return SiteStatus(
        site=one.site,
        url=public_address(one.url) if one.url else None,
        release=one.facts.release if one.facts else None,
        error=one.error or None,
        reachable=None if page is None else answers(page.code),
    )


def _paired(seen: Seen) -> bool | None:
    """Whether those that name their other site name this one."""
    named = (
        (seen.declared.moodle_site, seen.moodle.site),
        (seen.declared.avc_site, seen.avc.site),
    )
    fits = [said == site for said, site in named if said is not None]
    return all(fits) if fits else None


def _key(file: KeyFile | None) -> KeyStatus | None:
    if file is None:
        return None
    mode = None if file.mode is None else f"{file.mode:03o}"
    return KeyStatus(path=file.path, there=file.there, mode=mode)


def _issuer(seen: Seen) -> IssuerStatus | None:
    issuers = seen.moodle.facts.issuers if seen.moodle.facts else None
    if issuers is None:
        return None
    ours = issuer_of_avc(issuers, seen.settings)
    if ours is None:
        return IssuerStatus(found=False, others=len(issuers))
    url = public_address(ours.baseurl)
    return IssuerStatus(found=True, name=ours.name, url=url, others=len(issuers) - 1)


def _endpoints(seen: Seen) -> tuple[EndpointStatus, ...] | None:
    if seen.avc.url is None or seen.probes is None:
        return None
    found = []
    for name in ENDPOINTS:
        url = endpoint(seen.avc.url, name)
        probe = seen.page(url)
        if probe is not None:
            found.append(
                EndpointStatus(
                    name=name,
                    url=public_address(url),
                    there=answers(probe.code),
                    code=probe.code,
                    milliseconds=round(probe.seconds * 1000),
                    error=probe.error or None,
                )
            )
    return tuple(found) or None


def _synchronization(facts: AvcFacts | None, now: int, ended: RunEnd | None) -> Synchronization:
    kept = facts.sync if facts else None
    if kept is None:
        return Synchronization(state=ended or "unavailable")
    # Drupal's own default for a time that never was is 0.
    last, scoped = kept.last_sync or None, kept.scoped_last_sync or None
    age = _since(last, now)
    # AVC counts failures and does not date them: a failure is known to be the last thing that
    # happened only when nothing else ever did.
    nothing_else = last is None and scoped is None
    failed = nothing_else and kept.failed_syncs > 0
    return Synchronization(
        state=ended or ("failed" if failed else _by_age(age)),
        last_sync=last,
        age=age,
        users=kept.synced_users,
        cohorts=kept.synced_cohorts,
        failed=kept.failed_syncs,
        scoped_last_sync=scoped,
        scoped_age=_since(scoped, now),
    )


def _since(time: int | None, now: int) -> int | None:
    return None if time is None else now - time


def _by_age(age: int | None) -> SyncState:
    """What the seconds since the last verified full run say; None: there was none."""
    if age is None:
        return "never"
    if age < -AHEAD:
        # A clock that is wrong, or milliseconds: such a time would look fresh for ever.
        return "ahead"
    return "stale" if age > STALE_AFTER else "active"


def _token_lifetime(seen: Seen) -> int | None:
    facts = seen.avc.facts
    if facts is not None and facts.token_lifetime is not None:
        return facts.token_lifetime
    return seen.declared.token_lifetime


def _broken(status: Status, facts: AvcFacts | None) -> Iterator[str]:
    """What does not work. What nobody can know, or somebody wants so, is not broken."""
    if status.avc.error:
        yield "avc"
    if status.moodle.error:
        yield "moodle"
    if status.module is False and status.module_required:
        yield "module"
    if status.public_key and not status.public_key.there:
        yield "public_key"
    key = facts.private_key if facts else None
    if key and not (key.there and (key.mode is None or private(key.mode))):
        yield "private_key"
    if any(not found.there for found in status.endpoints or ()):
        yield "endpoints"
    if status.synchronization.state in {"stale", "ahead", "failed"}:
        yield "synchronization"
    if status.drift_error:
        yield "drift"


def _actions(status: Status) -> Iterator[str]:
    """What somebody who reads this will want to type: repairing first, then synchronising."""
    sites = f"{status.avc.site} {status.moodle.site}"
    if status.broken:
        yield f"pl avc-moodle-test {sites}"
    if status.drift is None:
        yield f"pl avc-moodle-status {sites} --check"
    elif status.drift.problems:
        # The dashboard counts them; a plan says what they are.
        yield f"reconciler plan {sites}"
    yield f"pl avc-moodle-sync {sites} --full --dry-run"
    if status.drift is None or not status.drift.none:
        yield f"pl avc-moodle-sync {sites} --full"
    if not status.broken:
        yield f"pl avc-moodle-test {sites}"
