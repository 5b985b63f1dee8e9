"""Who may be removed from a cohort of ours: only somebody whom the evidence shows to be out."""

from dataclasses import dataclass

from reconciler.desired import Wishes, active_members
from reconciler.models.members import Reason
from reconciler.models.settings import SyncSettings
from reconciler.pairing import Orphan, Pair


@dataclass(frozen=True, slots=True)
class Verdict:
    """On a member whom AVC does not want in the cohort."""

    goes: bool
    because: Reason | None
    """None: left alone, and reported with the person that it is, or may be."""


FROZEN = Verdict(goes=False, because=None)
KEPT_STRANGER = Verdict(goes=False, because="stranger")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known about everybody."""

    wishes: Wishes
    settings: SyncSettings
    gone: frozenset[int]
    """Accounts whose OAuth2 link names somebody who is no longer in AVC."""

    def against(self, account: int, pair: Pair) -> Verdict:
        """Judge a member of a living guild's cohort.

        It goes when it belongs, beyond doubt, to somebody who is blocked, not in the guild or not
        in the role, or gone from AVC. Where the mapping leaves it unclear who is to have a role,
        nobody loses it. Anybody else is a stranger. With ``strangers: remove`` a
        stranger goes, but only when every member of the guild has an account: else it may be one
        of them whom we cannot recognise. A site administrator in a role's cohort is left alone.
        """
        if account in self.wishes.matching.frozen:
            return FROZEN
        uid = self.wishes.matching.person_of.get(account)
        if uid is not None:
            return self._known(account, uid, pair)
        if account in self.gone:
            return Verdict(goes=True, because="person-gone")
        goes = self.settings.strangers == "remove" and self._everybody_matched(pair.guild.id)
        return Verdict(goes=True, because="stranger") if goes else KEPT_STRANGER

    def against_orphan(self, account: int, orphan: Orphan) -> Verdict:
        """Judge a member of a cohort that nothing wants: that is evidence enough."""
        if account in self.wishes.matching.frozen:
            return FROZEN
        return Verdict(goes=True, because=orphan.because)

    def _known(self, account: int, uid: int, pair: Pair) -> Verdict:
        if not self.wishes.avc.people[uid].active:
            return Verdict(goes=True, because="blocked")
        if uid not in active_members(self.wishes.avc, pair.guild.id):
            return Verdict(goes=True, because="left-guild")
        if account in self.wishes.administrators or pair.role in self.wishes.roles.uncertain:
            return FROZEN
        return Verdict(goes=True, because="lost-role")

    def _everybody_matched(self, guild: int) -> bool:
        members = active_members(self.wishes.avc, guild)
        # Of nobody it would be true, too, that they are all known.
        return bool(members) and all(uid in self.wishes.matching.account_of for uid in members)
