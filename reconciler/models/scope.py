from typing import Literal

from reconciler.models.base import Model


class FullScope(Model):
    """The whole community; only this scope can see that a guild is gone."""

    kind: Literal["full"] = "full"

    def __str__(self) -> str:
        """As the plan file and the terminal call it."""
        return "full"


class GuildScope(Model):
    """One guild, named by its UUID: the only name that survives a rename."""

    kind: Literal["guild"] = "guild"
    uuid: str
    name: str

    def __str__(self) -> str:
        """As the plan file and the terminal call it."""
        return f"guild {self.name}"


class UserScope(Model):
    """One person, by AVC's uid."""

    kind: Literal["user"] = "user"
    uid: int

    def __str__(self) -> str:
        """As the plan file and the terminal call it."""
        return f"user {self.uid}"


Scope = FullScope | GuildScope | UserScope
