"""Whether a server needs accounts: without them it may only be reached from its own machine."""

from __future__ import annotations

import ipaddress

from vedette.errors import ConfigError


def is_loopback(host: str) -> bool:
    """Tell whether an address to listen on is reached from this machine alone.

    Examples
    --------
    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("0.0.0.0"), is_loopback("example.org")
    (True, True, False, False)
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def needs_accounts(host: str, *, wanted: bool | None, users: bool) -> bool:
    """Tell whether everybody must sign in.

    Parameters
    ----------
    host : str
        The address to listen on.
    wanted : bool, optional
        What the person said; None: accounts as soon as there are users.
    users : bool
        Whether there are users.

    Raises
    ------
    ConfigError
        ``server.open-without-accounts``: other machines would reach a server that knows nobody.
    """
    accounts = users if wanted is None else wanted
    if not accounts and not is_loopback(host):
        raise ConfigError(
            f"A server without accounts must not listen on {host}",
            "127.0.0.1, ::1 or localhost, where only this machine reaches it",
            "Start it with accounts: it prints a link that makes the first one",
            code="server.open-without-accounts",
        )
    return accounts
