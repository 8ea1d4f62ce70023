"""Electronic mail, by any SMTP server: text, HTML and the chart."""

from __future__ import annotations

import html
import smtplib
from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP
from typing import ClassVar, Literal

from vedette.errors import ConfigError
from vedette.sinks.base import Message, Sink, revealed
from vedette.sinks.http import Outcome, Request
from vedette.sinks.wording import plain

_COLOURS = {"act": "#b3261e", "watch": "#9a6700", "info": "#57606a"}


class Email(Sink, frozen=True, kw_only=True):
    """A mail to each address, threaded by incident.

    Attributes
    ----------
    to : list of str
    sender : str
    host, port : str, int
    security : str
        "starttls" (port 587), "tls" (port 465) or "none" (a relay on this machine).
    user, password : str
    """

    to: Sequence[str]
    sender: str
    pictures: ClassVar[bool] = True

    host: str
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: str = ""

    def __post_init__(self) -> None:
        for one in (*self.to, self.sender):
            if "@" not in one or any(c in one for c in "\r\n"):
                raise ConfigError(
                    f"{one!r} is not a mail address",
                    "Addresses such as oncall@example.com",
                    "Mend `to` or `sender` of the sink",
                    code="sinks.bad-address",
                )

    def requests(self, message: Message) -> list[Request]:
        """Return none: a mail does not travel by HTTP, see `deliver`."""
        return []

    def mail(self, message: Message) -> EmailMessage:
        """Return the mail of a message: plain text, HTML, the chart within it."""
        mail = EmailMessage(policy=SMTP)
        mail["Subject"] = " ".join(message.headline.split())
        mail["From"], mail["To"] = self.sender, ", ".join(self.to)
        thread = f"<{message.key}.{message.model.encode().hex()[:80]}@vedette>"
        mail["References"] = mail["In-Reply-To"] = thread
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(plain(message))
        mail.add_alternative(_page(message), subtype="html")
        if message.picture is not None:
            body = mail.get_payload()[1]  # type: ignore[index]
            body.add_related(message.picture, "image", "png", cid="<chart>")  # type: ignore[union-attr]
        return mail

    def deliver(self, message: Message, timeout: float = 15.0) -> Outcome:
        """Send the mail and return what became of it."""
        kind = smtplib.SMTP_SSL if self.security == "tls" else smtplib.SMTP
        try:
            with kind(self.host, self.port, timeout=timeout) as server:
                if self.security == "starttls":
                    server.starttls()
                if self.user:
                    server.login(revealed(self.user), revealed(self.password))
                server.send_message(self.mail(message))
        except smtplib.SMTPRecipientsRefused as error:
            return Outcome("refused", f"The server refused the recipients: {error.recipients}")
        except smtplib.SMTPResponseException as error:
            text = f"SMTP {error.smtp_code}: {error.smtp_error!r}"
            return Outcome("refused" if error.smtp_code >= 500 else "again", text)
        except (OSError, smtplib.SMTPException) as error:
            return Outcome("again", f"{self.host}:{self.port} cannot be reached: {error}")
        return Outcome("delivered")


def _page(message: Message) -> str:
    rows = "".join(
        f'<tr><td style="padding:2px 12px 2px 0;color:#57606a">{html.escape(f.name)}</td>'
        f"<td>{html.escape(f.value)}</td></tr>"
        for f in message.facts
    )
    picture = (
        f'<p><img src="cid:chart" alt="{html.escape(message.title)}" style="max-width:100%"></p>'
        if message.picture
        else ""
    )
    link = (
        f'<p><a href="{html.escape(message.url)}">{html.escape(message.open_word)}</a></p>'
        if message.url
        else ""
    )
    body = "font-family:system-ui,sans-serif;line-height:1.5"
    about = html.escape(f"{message.level_word} · {message.model}")
    return (
        f'<!doctype html><html lang="{message.language}"><body style="{body}">'
        f'<p style="color:{_COLOURS[message.level]};margin:0">{about}</p>'
        f'<h2 style="margin:4px 0 8px">{html.escape(message.title)}</h2><p>{html.escape(message.text)}</p>'
        f"<table>{rows}</table>{picture}{link}</body></html>"
    )
