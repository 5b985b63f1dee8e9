"""The lines of a plan: who comes to a cohort, who goes, and on what grounds."""

from dataclasses import dataclass
from typing import Literal, get_args

from reconciler.models.moodle import Rule

Reason = Literal[
    "left-guild",
    "lost-role",
    "blocked",
    "person-gone",
    "guild-gone",
    "role-gone",
    "cohort-gone",
    "withdrawn",
    "stranger",
    "way",
    "undone",
]
"""Why somebody goes, or an assignment. ``lost-role``: still in the guild, but without the role
that this cohort is for. ``role-gone``: the mapping no longer has that role. ``way``: the role is
given in another way from now on. ``undone``: a run is being undone."""
Component = Literal["avc_moodle_sync", "local_cohortrole"]


@dataclass(frozen=True, slots=True)
class MemberChange:
    """One line of a cohort's members: an account that comes or goes, and on what grounds."""

    change: Literal["add", "remove"]
    moodle: int
    """Moodle account id."""
    avc: int | None = None
    """AVC uid of the person that the account was matched with."""
    by: Rule | None = None
    """The rule that matched them."""
    role: str | None = None
    """Of a role assignment: the Moodle role's short name."""
    through: Component | None = None
    """Of a role assignment: the component that it is under."""
    because: Reason | None = None
    """Why it goes."""
    last_enrolments: int | None = 0
    """Of a removal: courses in which nothing else enrols them, so that Moodle drops grades and
    groups there. None: it could not be seen."""
    suspends: int | None = 0
    """Of a removal: courses in which Moodle suspends them. None: it could not be seen."""
    name: str = ""
    """For readers only; empty where names are left out."""


MEMBERS_SCHEMA = {
    "description": "JSON: objects. YAML: one line a member, as a diff shows it.",
    "anyOf": [
        {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["change", "moodle"],
                "properties": {
                    "change": {"enum": ["add", "remove"]},
                    "moodle": {"type": "integer"},
                    "avc": {"type": ["integer", "null"]},
                    "by": {"enum": ["link", "idnumber", "email", "username", None]},
                    "role": {"type": ["string", "null"]},
                    "through": {"enum": [*get_args(Component), None]},
                    "because": {"enum": [*get_args(Reason), None]},
                    "last_enrolments": {"type": ["integer", "null"]},
                    "suspends": {"type": ["integer", "null"]},
                    "name": {"type": "string"},
                },
            },
        },
        {
            "type": "string",
            "pattern": "^([+-] moodle:[0-9]+( avc:[0-9]+)?( [a-z-]+:[a-zA-Z0-9_-]+)*( .*)?\\n)*$",
        },
    ],
}
