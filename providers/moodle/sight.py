"""Whether the token's user may see accounts.

Without a capability Moodle answers with fewer accounts, or with fields left out, and never says
so: to believe such an answer is to take people for gone. Every Moodle has the guest account, which
cannot be renamed or deleted in its pages, is in no course, and shows its address to nobody without
the right: it tells what the token's user would see of anybody (seen on 4.5.6 and 5.1.3).
"""

from providers.moodle import calls
from providers.moodle.client import Client
from reconciler.errors import AccessRefused

_FIELDS = {
    "email": "moodle/site:viewuseridentity, and let showuseridentity (Site administration, User"
    " policies) include the e-mail address",
    "username": "moodle/user:viewalldetails",
    "auth": "moodle/user:viewalldetails",
    "confirmed": "moodle/user:viewalldetails",
    "suspended": "moodle/user:viewhiddendetails",
}
"""What hides each field from whom the remedy is given (``user_get_user_details``, user/lib.php)."""


def require_sight(client: Client) -> None:
    """Raise AccessRefused where accounts, or fields of theirs that we need, are hidden."""
    shown = calls.shown_accounts(client, "username", ["guest"])
    if not shown:
        raise AccessRefused(
            f"Moodle at {client.url} does not show accounts to the token's user. Give its role, in"
            " the system context, moodle/user:viewdetails and moodle/user:viewalldetails."
        )
    for field, remedy in _FIELDS.items():
        if field not in shown[0]:
            raise AccessRefused(
                f"Moodle at {client.url} hides the field {field} of accounts from the token's user."
                f" Give its role, in the system context, {remedy}."
            )
