"""Charts beside the page: a page shows words and tables at once, its charts come by address."""

from __future__ import annotations

import hmac
import json
import secrets
import threading
from collections import OrderedDict
from typing import Any

import msgspec
import numpy as np
from markupsafe import Markup

from vedette.server.pages.ready import ready
from vedette.views.chart import View, specification
from vedette.views.figure import table_markup
from vedette.views.heatmap import FEATURES, Heatmap
from vedette.views.lanes import STEP, Lanes
from vedette.views.series import Series
from vedette.views.words import Lang

#: Charts that are kept; one takes some tens of kilobytes.
KEPT = 512
#: Pixels that a chart will be high, kept free until it is drawn so that nothing moves.
_SERIES, _LANES, _ROW, _FRAME, _OTHER = 212, 132, 20, 76, 240
#: Pixels of the names above a series that is not settled in places.
_NAMES = 16


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """What a page needs of a chart before it is drawn."""

    title: str
    key: str
    anchor: str
    height: int
    table: Markup


class Shelf:
    """The newest charts of all pages, by a key that only their readers know.

    Drawing a specification takes 20 to 90 ms; a page with four charts would keep its verdict waiting for them. The
    key is a keyed digest of the view's numbers: the same chart keeps its address, so browsers keep the answer.
    """

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(16)
        self._views: OrderedDict[str, tuple[View, Lang]] = OrderedDict()
        self._drawn: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def place(self, view: View, anchor: str, lang: Lang) -> Chart:
        """Return the chart of a view, ready to be asked for."""
        key = self._key(view, lang)
        with self._lock:
            self._views[key] = (view, lang)
            self._views.move_to_end(key)
            while len(self._views) > KEPT:
                gone, _ = self._views.popitem(last=False)
                self._drawn.pop(gone, None)
        table = ready(table_markup(view.table(lang), view.title, lang))
        return Chart(title=view.title, key=key, anchor=anchor, height=room(view), table=table)

    def specification(self, key: str) -> bytes | None:
        """Return the chart as JSON: title, remarks, description and specification; None when it is gone."""
        drawn = self._drawn.get(key)
        if drawn is not None:
            return drawn
        found = self._views.get(key)
        if found is None:
            return None
        spec = specification(found[0], found[1])
        heading: dict[str, Any] = spec.pop("title")
        told = {
            "remarks": heading.get("subtitle", ""),
            "described": spec.get("description", ""),
            "spec": spec,
        }
        body = json.dumps(told, separators=(",", ":"), allow_nan=False).encode()
        with self._lock:
            if key in self._views:
                self._drawn[key] = body
        return body

    def _key(self, view: View, lang: Lang) -> str:
        digest = hmac.new(self._secret, digestmod="sha256")
        digest.update(f"{lang}{type(view).__name__}".encode())
        _feed(digest, view)
        return digest.hexdigest()[:32]


def _feed(digest: Any, value: Any) -> None:
    """Add everything that a view holds to a digest."""
    if isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            _feed(digest, getattr(value, name))
    elif isinstance(value, tuple | list):
        digest.update(f"({len(value)}".encode())
        if {*map(type, value)} <= {str}:
            # Ten thousand labels of windows: as one text, since one by one they would cost more than the page.
            digest.update("\x1f".join(value).encode("utf-8", "surrogatepass"))
            return
        for inner in value:
            _feed(digest, inner)
    elif hasattr(value, "tobytes"):
        digest.update(f"{value.dtype}{value.shape}".encode())
        digest.update(
            np.ascontiguousarray(value)
        )  # processors have an instruction for SHA-256: megabytes are hashed
    else:
        digest.update(f"{type(value).__name__}:{value!r};".encode("utf-8", "surrogatepass"))


def room(view: View) -> int:
    """Return about how many pixels high the drawn chart is."""
    if isinstance(view, Series):
        return _SERIES + (_NAMES if view.waiting is not None or view.estimated is not None else 0)
    if isinstance(view, Lanes):
        return _LANES + STEP * (view.rows - 1)
    if isinstance(view, Heatmap):
        return _FRAME + _ROW * min(max(len(view.features), 1), FEATURES)
    return _OTHER
