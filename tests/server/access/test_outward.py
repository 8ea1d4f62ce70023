"""Webhooks reach the open internet, and nothing inside; a name cannot change its mind after the check."""

import http.server
import threading

import httpx
import pytest

from vedette.errors import AccessError
from vedette.server.access.outward import GuardedTransport, guarded


def transport(addresses, allowed=()):
    return GuardedTransport(allowed, lookup=lambda _host, _port: addresses)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0"),
        *("100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0", "fc00::1", "ff02::1"),
        *(
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::7f00:1",
            "64:ff9b::a9fe:a9fe",
            "2002:7f00:1::",
        ),
        *("2001:db8::1", "2001:0:53aa:64c:0:0:80ff:fffe"),
    ],
)
def test_addresses_that_are_not_of_the_open_internet_are_refused(address):
    with pytest.raises(AccessError) as error:
        transport([address]).address("hooks.example.org", 443)
    assert error.value.code == "access.private-address"


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
def test_public_addresses_pass(address):
    assert transport([address]).address("hooks.example.org", 443) == address


def test_one_inner_address_among_many_is_enough_to_refuse():
    with pytest.raises(AccessError):
        transport(["93.184.216.34", "10.0.0.1"]).address("hooks.example.org", 443)


@pytest.mark.parametrize(
    ("allowed", "passes"),
    [
        ("10.0.0.0/8", True),
        ("hooks.example.org", True),
        ("10.0.0.1", True),
        ("10.1.0.0/16", False),
        ("other", False),
    ],
)
def test_what_an_administrator_allowed_passes(allowed, passes):
    guard = transport(["10.0.0.1"], [allowed])
    if passes:
        assert guard.address("hooks.example.org", 443) == "10.0.0.1"
    else:
        with pytest.raises(AccessError):
            guard.address("hooks.example.org", 443)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "127.1"])
def test_spellings_of_this_machine_are_refused(host):
    with guarded() as client, pytest.raises((AccessError, httpx.ConnectError)):
        client.post(f"http://{host}/", content=b"x")


def test_a_name_without_an_address_is_a_failed_connection():
    def fails(_host, _port):
        raise OSError

    for guard in (GuardedTransport(lookup=fails), transport([])):
        with pytest.raises(httpx.ConnectError):
            guard.address("nowhere.example", 443)


@pytest.fixture
def receiver():
    """A server that keeps what it gets."""
    got = []

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append((self.headers["Host"], body))
            self.send_response(302)
            self.send_header("Location", "http://169.254.169.254/latest/meta-data")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port, got
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_connection_goes_to_the_address_that_was_checked_and_no_further(receiver):
    """The name resolves to nothing real: only the pinned address can have been called. Redirects stay unfollowed."""
    port, got = receiver
    asked = []

    def once(host, _port):
        asked.append(host)
        return ["127.0.0.1"]

    guard = GuardedTransport(["127.0.0.1"], lookup=once)
    with httpx.Client(transport=guard, follow_redirects=False) as client:
        answer = client.post(f"http://hooks.invalid:{port}/x", content=b"hello")
    assert answer.status_code == 302
    assert got == [(f"hooks.invalid:{port}", b"hello")]
    assert asked == ["hooks.invalid"]
