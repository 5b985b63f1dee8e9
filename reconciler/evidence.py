"""Who may be removed from a cohort of ours: only somebody whom the evidence shows to be out."""

from dataclasses import dataclass

from reconciler.desired import active_members
from reconciler.matching import Matching
from reconciler.models.avc import AvcSnapshot
from reconciler.models.plan import Reason
from reconciler.models.settings import SyncSettings


@dataclass(frozen=True, slots=True)
class Verdict:
    """On a member whom AVC does not want in the cohort."""

    goes: bool
    because: Reason | None
    """None: the account is frozen, and reported with the person it may belong to."""


FROZEN = Verdict(goes=False, because=None)
KEPT_STRANGER = Verdict(goes=False, because="stranger")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known about everybody."""

    avc: AvcSnapshot
    matching: Matching
    settings: SyncSettings

    def against(self, account: int, guild: int) -> Verdict:
        """Judge a member of a living guild's cohort.

        It goes when it belongs, beyond doubt, to somebody who is blocked or not in the guild.
        Anybody else is a stranger. With ``strangers: remove`` a stranger goes, but only when every
        member of the guild has an account: else it may be one of them whom we cannot recognise.
        """
        if account in self.matching.frozen:
            return FROZEN
        uid = self.matching.person_of.get(account)
        if uid is not None:
            active = self.avc.people[uid].active
            return Verdict(goes=True, because="left-guild" if active else "blocked")
        goes = self.settings.strangers == "remove" and self._everybody_matched(guild)
        return Verdict(goes=True, because="stranger") if goes else KEPT_STRANGER

    def against_orphan(self, account: int) -> Verdict:
        """Judge a member of a cohort whose guild is gone: that is evidence enough."""
        if account in self.matching.frozen:
            return FROZEN
        return Verdict(goes=True, because="guild-gone")

    def _everybody_matched(self, guild: int) -> bool:
        members = active_members(self.avc, guild)
        # Of nobody it would be true, too, that they are all known.
        return bool(members) and all(uid in self.matching.account_of for uid in members)
