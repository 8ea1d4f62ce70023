"""The guard of requests that this server makes for people: webhooks must not reach into its own network.

A name is resolved once and the connection goes to the address that was checked, so that a name which changes its
mind between the check and the connection gains nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterable

import httpx

from vedette.errors import AccessError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], list[str]]


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a name."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[4][0]) for address in found]


class GuardedTransport(httpx.HTTPTransport):
    """Connections to public addresses only.

    Parameters
    ----------
    allowed : iterable of str
        Names, addresses and networks that may be called although they are private:
        ``["alertmanager", "10.0.0.0/8"]``.
    """

    def __init__(self, allowed: Iterable[str] = (), *, lookup: Resolve = resolve) -> None:
        super().__init__(trust_env=False)
        self._allowed = tuple(allowed)
        self._lookup = lookup

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Make a request to the address that was checked."""
        host, port = request.url.host, request.url.port or (443 if request.url.scheme == "https" else 80)
        address = self.address(host, port)
        pinned = httpx.Request(
            request.method,
            request.url.copy_with(host=address),
            headers=request.headers,  # with the Host of the name
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": host},
        )
        return super().handle_request(pinned)

    def address(self, host: str, port: int) -> str:
        """Return the address to connect to.

        Raises
        ------
        AccessError
            ``access.private-address``: any address of the name is private, loopback, link-local or otherwise not
            public, and not allowed.
        """
        try:
            found = self._lookup(host, port)
        except (OSError, UnicodeError) as error:
            raise httpx.ConnectError(f"{host} has no address") from error
        for text in found:
            address = ipaddress.ip_address(text.split("%")[0])
            if not public(address) and not self._lets(host, address):
                raise AccessError(
                    f"{host} is {address}, an address inside this network",
                    "A public address, or one that an administrator allowed",
                    "Allow it in the settings of the server, or use another address",
                    code="access.private-address",
                )
        if not found:
            raise httpx.ConnectError(f"{host} has no address")
        return found[0]

    def _lets(self, host: str, address: Address) -> bool:
        return any(entry == host or _within(address, entry) for entry in self._allowed)


def guarded(allowed: Iterable[str] = ()) -> httpx.Client:
    """Return a client that calls public addresses only, and follows no redirect away from them."""
    return httpx.Client(transport=GuardedTransport(allowed), follow_redirects=False, trust_env=False)


def public(address: Address) -> bool:
    """Tell whether an address is one of the open internet.

    Examples
    --------
    >>> [public(ipaddress.ip_address(a)) for a in ("8.8.8.8", "169.254.169.254", "::ffff:127.0.0.1", "2002:7f00:1::")]
    [True, False, False, False]
    """
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    if inner is None and isinstance(address, ipaddress.IPv6Address):
        if address in ipaddress.ip_network(
            "64:ff9b::/96"
        ):  # NAT64 carries an IPv4 address in its last 32 bits
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        elif address.teredo:
            inner = address.teredo[1]
    if inner is not None:
        return public(inner)
    return address.is_global and not address.is_multicast


def _within(address: Address, network: str) -> bool:
    try:
        return address in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False
