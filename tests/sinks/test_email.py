"""Mail through a real exchange of SMTP with a small server on this machine."""

import email
import socketserver
import threading
from email.policy import default

import msgspec
import pytest

from vedette.errors import ConfigError
from vedette.sinks.email import Email


class Postbox(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Talk)
        self.mails, self.refuse = [], b""


class Talk(socketserver.StreamRequestHandler):
    def handle(self):
        self.say(b"220 postbox")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"EHLO":
                self.say(b"250 8BITMIME")
            elif verb == b"RCPT" and self.server.refuse:
                self.say(self.server.refuse)
            elif verb == b"DATA":
                self.say(b"354 go on")
                body = b""
                while (line := self.rfile.readline()) != b".\r\n":
                    body += line.removeprefix(b".") if line.startswith(b"..") else line
                self.server.mails.append(body)
                self.say(b"250 taken")
            elif verb == b"QUIT":
                self.say(b"221 bye")
                return
            else:
                self.say(b"250 ok")

    def say(self, line):
        self.wfile.write(line + b"\r\n")


@pytest.fixture
def postbox():
    server = Postbox()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def sink(port, **more):
    return Email(
        to=["oncall@example.com"],
        sender="vedette@example.com",
        host="127.0.0.1",
        port=port,
        security="none",
        **more,
    )


def test_a_mail_has_text_html_and_the_chart(postbox, message):
    assert sink(postbox.server_address[1]).deliver(message).kind == "delivered"
    mail = email.message_from_bytes(postbox.mails[0], policy=default)
    assert mail["Subject"] == message.headline
    kinds = [part.get_content_type() for part in mail.walk()]
    assert kinds == ["multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png"]
    text, page = mail.get_body(("plain",)).get_content(), mail.get_body(("html",)).get_content()
    assert message.url in text
    assert "&lt;from&gt;" in page
    assert "<from>" not in page
    assert (
        next(p for p in mail.walk() if p.get_content_type() == "image/png").get_content() == message.picture
    )


def test_mails_of_one_incident_are_one_thread(message):
    later = msgspec.structs.replace(message, status="resolved", at=message.at + 1)
    one, two = (sink(25).mail(m)["References"] for m in (message, later))
    assert one == two


def test_a_title_cannot_write_headers(message):
    hostile = msgspec.structs.replace(message, title="x\r\nBcc: all@example.com")
    mail = email.message_from_bytes(bytes(sink(25).mail(hostile)), policy=default)
    assert mail["Bcc"] is None
    assert "Bcc: all@example.com" in mail["Subject"]


def test_refused_recipients_are_refused_and_a_closed_port_is_tried_again(postbox, message):
    postbox.refuse = b"550 no such user"
    assert sink(postbox.server_address[1]).deliver(message).kind == "refused"
    assert sink(1).deliver(message, timeout=2).kind == "again"


@pytest.mark.parametrize("to", ["nobody", "a@b.c\r\nBcc: x@y.z"])
def test_what_is_no_mail_address_is_refused(to):
    with pytest.raises(ConfigError) as caught:
        Email(to=[to], sender="a@b.c", host="localhost")
    assert caught.value.code == "sinks.bad-address"
