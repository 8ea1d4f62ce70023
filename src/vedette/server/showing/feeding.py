"""What people do about data on pages: files uploaded, refused rows fed again or given up."""

from __future__ import annotations

from typing import Any

from vedette.errors import VedetteError
from vedette.server.api import changing
from vedette.server.evaluation.baselines import Origin
from vedette.server.ingest.intake import FED_AGAIN, UPLOAD
from vedette.server.ingest.json_rows import rows_in
from vedette.server.ingest.uploads import table_of_file
from vedette.server.pages.parts import Notice
from vedette.server.pages.visit import Visit
from vedette.server.pages.wording import say
from vedette.server.showing.data import refused
from vedette.server.showing.handling import actor
from vedette.server.station import Station
from vedette.store import audit, models, monitors, quarantine
from vedette.store.names import safe_name

KINDS = ("predictions", "labels", "reference")


def upload(station: Station, visit: Visit, name: str, kind: str, filename: str, body: bytes) -> Notice:
    """Take a file; reference rows of a model that has a monitor are what it is compared with from now on."""
    if kind not in KINDS:
        return Notice("act", say(visit.lang, "notice.bad_kind"))
    intake = station.ingest.intake
    try:
        safe_name("model", name)
        table = table_of_file(body, intake.limits.upload)
        if kind == "reference":
            return _reference(station, visit, name, station.ingest.references.keep(name, table))
        receipt = intake.table(name, kind, table, intake.sender(None, UPLOAD))
        receipt.stored.result()
    except VedetteError as error:
        return failed(visit, error)
    _noted(
        station, visit, "data.upload", name, {"kind": kind, "file": filename[:200], "rows": receipt.accepted}
    )
    key = "notice.uploaded_some" if receipt.quarantined else "notice.uploaded"
    level: Any = "watch" if receipt.quarantined else "ok"
    return Notice(level, say(visit.lang, key, n=receipt.accepted, refused=receipt.quarantined))


def _reference(station: Station, visit: Visit, name: str, reference: str) -> Notice:
    with station.database.read() as tx:
        watched = monitors.current(tx, name) is not None
    _noted(station, visit, "data.upload", name, {"kind": "reference", "name": reference})
    if not watched:
        return Notice("watch", say(visit.lang, "notice.reference_kept", name=reference))
    done = changing.refer(station.desk, name, Origin("file", name=reference), actor(visit))
    return Notice("ok", say(visit.lang, "notice.reference", n=done["windows"]))


def refeed(station: Station, visit: Visit, name: str, keys: tuple[str, ...]) -> Notice:
    """Send refused rows through the checks again; those that are refused again come back with their new reason."""
    intake, lake = station.ingest.intake, station.ingest.lake
    accepted = again = 0
    batches = refused(lake, name)
    for key in keys:
        batch = batches.get(key, [])
        if not batch:
            continue
        rows = [row for one in batch for row in rows_in(one.raw.encode())]
        try:
            receipt = intake.rows(name, batch[0].table, rows, intake.sender(None, FED_AGAIN))
        except VedetteError as error:
            return failed(visit, error)
        receipt.stored.result()
        quarantine.remove_many(lake, name, [one.key for one in batch])
        accepted, again = accepted + receipt.accepted, again + receipt.quarantined
    _noted(station, visit, "data.refeed", name, {"accepted": accepted, "refused": again})
    key = "notice.refed_some" if again else "notice.refed"
    return Notice("watch" if again else "ok", say(visit.lang, key, n=accepted, refused=again))


def discard(station: Station, visit: Visit, name: str, keys: tuple[str, ...]) -> Notice:
    """Give refused rows up."""
    lake = station.ingest.lake
    batches = refused(lake, name)
    given_up = [one.key for key in keys for one in batches.get(key, [])]
    quarantine.remove_many(lake, name, given_up)
    _noted(station, visit, "data.discard", name, {"rows": len(given_up)})
    return Notice("ok", say(visit.lang, "notice.discarded", n=len(given_up)))


def failed(visit: Visit, error: VedetteError) -> Notice:
    """Return what an error says; its sentences are those of the command line."""
    sentences = str(error).removesuffix(f" [{error.code}]")
    return Notice("act", say(visit.lang, "notice.failed", why=sentences))


def _noted(station: Station, visit: Visit, action: str, name: str, details: dict[str, Any]) -> None:
    at = station.desk.clock()
    with station.database.write() as tx:
        models.register(tx, name, at=at)
        audit.append(tx, action, at=at, actor=actor(visit), subject=name, details=details)
