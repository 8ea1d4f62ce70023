"""Who looks at a page, and how they want it."""

from __future__ import annotations

from typing import Literal

import msgspec

from vedette.server.pages.settings import ROLES, Role
from vedette.views.theme import Mode
from vedette.views.words import LANGS, Lang


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """One request, as far as pages care.

    Attributes
    ----------
    user : str
        Empty on a server without accounts.
    role : Role
    lang : {"en", "zh"}
    theme : {"light", "dark", "auto"}
    csrf : str
        What every form sends back.
    nonce : str
        Of the content security policy.
    path, query : str
        Where the reader is, for links that change one part of it.
    address : str
        This server, as the reader reached it.
    projects : frozenset of str, optional
        Whose models the reader may see; None is all.
    """

    user: str = ""
    role: Role = "admin"
    lang: Lang = "en"
    theme: Mode | Literal["auto"] = "auto"
    csrf: str = ""
    nonce: str = ""
    path: str = "/"
    query: str = ""
    address: str = ""
    projects: frozenset[str] | None = None

    def sees(self, project: str) -> bool:
        """Tell whether pages and lists show what belongs to a project.

        Examples
        --------
        >>> Visit().sees("air"), Visit(projects=frozenset({"sea"})).sees("air")
        (True, False)
        """
        return self.projects is None or project in self.projects

    def may(self, role: Role) -> bool:
        """Tell whether the reader has at least this role.

        Examples
        --------
        >>> Visit(role="editor").may("viewer"), Visit(role="editor").may("admin")
        (True, False)
        """
        return ROLES.index(self.role) >= ROLES.index(role)


def language(cookie: str, accepted: str) -> Lang:
    """Return the language of a reader: what they chose, else the first that their browser accepts.

    Examples
    --------
    >>> language("", "de, zh-CN;q=0.8, en;q=0.5"), language("en", "zh"), language("xx", "")
    ('zh', 'en', 'en')
    """
    wanted = [cookie, *(part.split(";")[0].strip().split("-")[0].lower() for part in accepted.split(","))]
    return next((lang for lang in wanted if lang in LANGS), "en")
