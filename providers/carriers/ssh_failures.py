"""The words of OpenSSH's client for what it cannot do, and ours.

From OpenSSH's sources (sshconnect.c, sshconnect2.c, clientloop.c, packet.c, readconf.c). ssh does
not translate them; the tests provoke most of them from a real one.
"""

from dataclasses import dataclass

from reconciler.errors import AccessRefused, ReadError, SiteUnreachable

BROKEN = (
    r"Connection to .* closed by remote host|client_loop: |Connection (closed|reset) by "
    r"|Timeout, server .* not responding|kex_exchange_identification: |Read from remote host "
)
"""A connection that was there, and is no more."""


@dataclass(frozen=True)
class Failure:
    """A connection that never was: how its line on standard error starts, and our sentence."""

    pattern: str
    kind: type[ReadError]
    sentence: str


FAILURES = (
    Failure(
        r"ssh: connect to host .*: Connection refused",
        SiteUnreachable,
        "Nobody answers ssh at {host}, for site {site} ({words}): connection refused. Start the ssh"
        " server there, or mend access.ssh in nwp.yml, or the port in ssh's configuration.",
    ),
    Failure(
        r"ssh: Could not resolve hostname",
        SiteUnreachable,
        "No host has the name of {host}, for site {site} ({words}). Mend access.ssh in nwp.yml, or"
        " describe the host in ssh's configuration.",
    ),
    Failure(
        r"ssh: connect to host .*timed out|Connection (to .* )?timed out",
        SiteUnreachable,
        "{host} did not answer ssh in time, for site {site} ({words}). Look whether it is up, and"
        " whether a firewall is between.",
    ),
    Failure(
        r"ssh: connect to host ",
        SiteUnreachable,
        "ssh does not reach {host}, for site {site} ({words}): {said}. Mend the network between.",
    ),
    Failure(
        r".*REMOTE HOST IDENTIFICATION HAS CHANGED",
        AccessRefused,
        "{host} shows another host key than it did before, for site {site} ({words}). Find out why"
        " before you trust it; ssh {host} says which line of known_hosts has the old one.",
    ),
    Failure(
        r"Host key verification failed",
        AccessRefused,
        "The host key of {host} is not known, for site {site} ({words}). Connect once by hand (ssh"
        " {host}), and accept its key if it is the right one.",
    ),
    Failure(
        r".*: Permission denied \(",
        AccessRefused,
        "{host} does not let us in without a password, for site {site} ({words}). Put this user's"
        " public key into authorized_keys there, and have ssh find the private one.",
    ),
    Failure(
        r"Can't open user config file|.*: Bad configuration option",
        AccessRefused,
        "ssh does not take its configuration, for site {site} ({words}): {said}. Mend that file, or"
        " access.ssh_config in nwp.yml.",
    ),
)
"""The first that fits counts."""
