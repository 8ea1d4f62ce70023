"""The search over models, features and incidents, and the text that tells pages whether something is new."""

from __future__ import annotations

import hashlib

from vedette.server.api.desk import Desk
from vedette.server.evaluation.health import said
from vedette.server.pages import addresses
from vedette.server.pages.protocol import Hit
from vedette.server.pages.visit import Visit
from vedette.server.showing.charts import DRIFT
from vedette.store import incidents, models, progress, series
from vedette.store.database import Transaction

#: Things found in all, and of each kind; incidents that are looked through.
HITS, OF_KIND, LOOKED = 12, 6, 300


def search(desk: Desk, visit: Visit, words: str) -> tuple[Hit, ...]:
    """Return models, then incidents, then features whose names hold the words."""
    word = words.strip().casefold()
    if not word:
        return ()
    with desk.database.read() as tx:
        seen = {m.name for m in models.listing(tx) if visit.sees(m.project)}
        named = sorted(
            (name for name in seen if word in name.casefold()),
            key=lambda name: (not name.casefold().startswith(word), name),
        )
        hits = [Hit("model", name, addresses.model(name)) for name in named[:OF_KIND]]
        hits += _incidents(tx, visit, word, seen)
        hits += _features(tx, word, seen)
    return tuple(hits[:HITS])


def _incidents(tx: Transaction, visit: Visit, word: str, seen: set[str]) -> list[Hit]:
    states = ("open", "acknowledged", "muted", "resolved")
    found = []
    for stored in incidents.listing(tx, states=states, limit=LOOKED):
        text = f"#{stored.number} {said(stored.incident, visit.lang)[0]}"
        if stored.model in seen and word in f"{text} {stored.model}".casefold():
            found.append(Hit("incident", text, addresses.incident(stored.number)))
        if len(found) == OF_KIND:
            break
    return found


def _features(tx: Transaction, word: str, seen: set[str]) -> list[Hit]:
    found = {
        (model, column)
        for model, column in series.columns_like(tx, DRIFT, word)
        if model in seen and word in column.casefold()
    }
    return [
        Hit("feature", f"{column} · {model}", addresses.feature(model, column))
        for model, column in sorted(found)[:OF_KIND]
    ]


def pulse(desk: Desk, visit: Visit, name: str) -> str:
    """Return a text that differs once rows came, windows were judged or something happened to an incident.

    It says nothing else: also of models that the reader may not see, only that there was something.
    """
    with desk.database.read() as tx:
        if name:
            known = models.get(tx, name)
            if known is None or not visit.sees(known.project):
                return ""
        told = progress.mark(tx, name or None)
    return hashlib.blake2s(told.encode(), digest_size=8).hexdigest()
