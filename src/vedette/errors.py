"""Every error vedette raises, and the one sentence shape they share.

::

    VedetteError
    ├── ConfigError      (ValueError)       a declaration is wrong: schema, monitor file, argument
    ├── UnknownNameError (KeyError)         a name is not among the known ones
    ├── DataError        (ValueError)       a source cannot be read or holds nothing usable
    ├── StateError       (ValueError)       states of different definitions, or a damaged wire form
    ├── AccessError                         a request that the server refuses: who, what, how often
    └── MissingExtraError (ImportError)     an optional package is needed

A message reads ``{found}. {expected}. {fix}. [{code}]``. Bad *data* never raises on a production path: it is
quarantined and counted. These errors are for declarations, arguments and sources that cannot be opened.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class VedetteError(Exception):
    """An error that names what was found, what was expected, what to do, and a stable code.

    Parameters
    ----------
    found, expected, fix : str
        The three sentences of the message, without a final full stop.
    code : str
        Stable, dotted identifier, e.g. ``"schema.unknown-column"``; each has a page in ``docs/errors``.

    Examples
    --------
    >>> str(VedetteError("Column 'a' is missing", "Schema needs it", "Add it", code="schema.unknown-column"))
    "Column 'a' is missing. Schema needs it. Add it. [schema.unknown-column]"
    """

    def __init__(self, found: str, expected: str, fix: str, *, code: str) -> None:
        self.found, self.expected, self.fix, self.code = found, expected, fix, code
        sentences = (text if text.endswith(("?", "!")) else f"{text}." for text in (found, expected, fix))
        super().__init__(f"{' '.join(sentences)} [{code}]")

    def __str__(self) -> str:
        # KeyError would print the repr of the message.
        return str(self.args[0])

    def to_dict(self) -> dict[str, str]:
        """Return the JSON error shape shared by the command line and the server."""
        return {"code": self.code, "found": self.found, "expected": self.expected, "fix": self.fix}


class ConfigError(VedetteError, ValueError):
    """A declaration that contradicts itself or the data."""


class UnknownNameError(VedetteError, KeyError):
    """A name that is not among the known ones."""


class DataError(VedetteError, ValueError):
    """A source that cannot be read, or that holds nothing usable."""


class StateError(VedetteError, ValueError):
    """States that must not be merged, or a wire form that cannot be read."""


class AccessError(VedetteError):
    """A request that the server refuses: nobody signed in, no right to it, too many of them."""


class MissingExtraError(VedetteError, ImportError):
    """An optional package that is needed and not installed."""


def nearest(name: str, choices: Iterable[str]) -> str | None:
    """Return the choice most like `name`, or None when nothing is close.

    Examples
    --------
    >>> nearest("scroe", ["score", "label"])
    'score'
    >>> nearest("f1_score", ["f1", "ks_score"])
    'f1'
    """
    folded = {option.casefold(): option for option in choices}
    wanted = name.casefold()
    words = [option for option in folded if wanted.startswith(f"{option}_")]
    like = difflib.get_close_matches(wanted, folded, n=1, cutoff=0.6)
    begun = [option for option in folded if len(wanted) > 2 and option.startswith(wanted)]
    found = sorted(words, key=len)[-1:] or like or begun
    return folded[found[0]] if found else None


def unknown_name(
    what: str, name: str, choices: Iterable[str], *, code: str, fix: str = ""
) -> UnknownNameError:
    """Return the error for a name outside `choices`, suggesting the nearest one."""
    options = sorted(choices)
    guess = nearest(name, options)
    hint = "Choose one of them" if options else "Install a package that brings one"
    if guess:
        hint = f"Did you mean {guess!r}?"
    return UnknownNameError(
        f"{what} {name!r} is unknown",
        f"Known: {', '.join(options) if options else 'none'}",
        f"{hint} {fix}".strip().rstrip("."),
        code=code,
    )


def require(module: str, extra: str) -> MissingExtraError:
    """Return the error for an optional package that is not installed."""
    return MissingExtraError(
        f"Package {module!r} is not installed",
        f"This needs the extra {extra!r}",
        f"Run: pip install 'vedette[{extra}]'",
        code="install.missing-extra",
    )
