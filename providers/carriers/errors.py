"""The one place where what the operating system says becomes one of our errors."""

from reconciler.errors import AccessRefused, ReadError, SiteUnreachable


class Ended(SiteUnreachable):
    """A program ended with another exit code than 0.

    ``code`` is negative for a signal; ``said`` are the last lines of its standard error.
    """

    def __init__(self, where: str, code: int, said: tuple[str, ...]) -> None:
        words = f": {said[-1]}" if said else ", without a word on standard error"
        super().__init__(f"{where} ended with exit code {code}{words}.")
        self.code = code
        self.said = said


def not_started(error: OSError, program: str, site: str, directory: str) -> ReadError:
    """A program that the operating system does not start."""
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        if error.filename == directory:
            return SiteUnreachable(
                f"Site {site} has no directory {directory}. Set its directory in nwp.yml."
            )
        return SiteUnreachable(
            f"The program {program} for site {site} is not on this machine. Install it, or give"
            " its path in the site's access in nwp.yml."
        )
    if isinstance(error, PermissionError):
        return AccessRefused(
            f"This user may not run {program} in {directory} for site {site}. Run as a user who"
            " may, or mend the permissions."
        )
    return SiteUnreachable(
        f"{program} for site {site} cannot be started ({error.strerror or error}). Check its path"
        " in the site's access in nwp.yml."
    )


def not_seen(error: OSError, site: str, directory: str) -> AccessRefused:
    """A directory that this user may not look into."""
    return AccessRefused(
        f"This user may not look into {directory} of site {site} ({error.strerror or error}). Run"
        " as a user who may."
    )


def silent(where: str, seconds: float) -> SiteUnreachable:
    """A program that is stopped because nothing came from it."""
    return SiteUnreachable(
        f"{where} said nothing for {seconds:g} seconds, and was stopped. Look at the site's load,"
        " or raise access.silence in nwp.yml."
    )
