"""Who sends a request, and what they may do where."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

from vedette.store.accounts import Role, Scope

ROLES: tuple[Role, ...] = get_args(Role)
#: What each role may do in its project.
SCOPES_OF: dict[Role, frozenset[Scope]] = {
    "viewer": frozenset({"read"}),
    "editor": frozenset({"read", "write", "ingest"}),
    "admin": frozenset({"read", "write", "ingest", "admin"}),
}
ALL: frozenset[Scope] = SCOPES_OF["admin"]


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """The sender of a request.

    Attributes
    ----------
    kind : {"nobody", "anybody", "person", "key"}
        "anybody" is the one who sits at a server without accounts.
    name : str
        Login of a person, ``key:<id>`` of a key: the actor of the audit log.
    user : int, optional
        Number of the person.
    everywhere : frozenset of Scope
        What they may do in all projects.
    projects : dict
        Project -> what they may do there.

    Examples
    --------
    >>> ada = Principal(kind="person", name="ada", projects={"air": SCOPES_OF["viewer"]})
    >>> ada.may("read", "air"), ada.may("write", "air"), ada.may("read", "sea")
    (True, False, False)
    """

    kind: Literal["nobody", "anybody", "person", "key"]
    name: str = ""
    user: int | None = None
    everywhere: frozenset[Scope] = frozenset()
    projects: dict[str, frozenset[Scope]] = {}

    def may(self, scope: Scope, project: str | None = None) -> bool:
        """Tell whether they may do something in a project; without one: in any, admin only in all."""
        if scope in self.everywhere:
            return True
        if project is not None:
            return scope in self.projects.get(project, ())
        return scope != "admin" and any(scope in scopes for scopes in self.projects.values())

    def role(self, project: str | None = None) -> Role | None:
        """Return the highest role whose every deed they may do, None for a stranger."""
        needs: tuple[tuple[Role, Scope], ...] = (("admin", "admin"), ("editor", "write"), ("viewer", "read"))
        return next((role for role, scope in needs if self.may(scope, project)), None)

    def sees(self, project: str) -> bool:
        """Tell whether lists show them what belongs to a project."""
        return self.may("read", project)

    @property
    def home(self) -> str | None:
        """The project that a model goes to when they are the first to name it; None leaves it to the default."""
        able = [project for project, scopes in self.projects.items() if "ingest" in scopes]
        return None if "ingest" in self.everywhere or not able else min(able)


NOBODY = Principal(kind="nobody")
ANYBODY = Principal(kind="anybody", name="local", everywhere=ALL)
