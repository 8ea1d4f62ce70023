"""`vedette.Logger`: what a program calls."""

from __future__ import annotations

import os
import weakref
from collections.abc import Mapping
from time import time_ns
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import pyarrow as pa

from vedette.errors import ConfigError
from vedette.logger.counts import Counts
from vedette.logger.frames import canonical_table
from vedette.logger.intake import FEEDBACK, LABELS, PREDICTIONS
from vedette.logger.pipeline import Pipeline
from vedette.logger.settings import Settings, checked
from vedette.logger.worker import the_worker

if TYPE_CHECKING:
    from vedette.engine.baseline import Baseline

_NOTHING: Mapping[str, Any] = {}


class Logger:
    """Predictions, labels and feedback of a model, sent to a server or written to a folder.

    A call costs its caller about two microseconds and never raises, blocks or does input or output: the row goes
    into a bounded queue, and one thread of the process does the rest. What cannot be kept is counted
    (`Logger.counts`), and reported to the server. Arguments of the logger itself are checked at once.

    Parameters
    ----------
    target : str or path
        Address of a vedette server, or a folder.
    model : str
    version : str, optional
        Version of the model; a row may name its own.
    key : str, optional
        API key; default: ``VEDETTE_API_KEY``.
    spool : str, path or False, optional
        Folder where rows wait while the server cannot be reached, shared by any number of processes; default:
        ``VEDETTE_SPOOL``, else ``~/.local/state/vedette/spool``. False keeps them in memory.
    policy : str
        What a full queue does: ``"drop_oldest"``, ``"drop_newest"``, ``"block"`` (the caller waits at most
        `block_timeout` seconds) or ``"sample_down"`` (from three quarters full on a row is kept with a probability
        p and counts for 1/p rows).
    max_rows, max_bytes : int
        Bounds of the queue; bytes are estimated from one row in 512.
    spool_bytes : int
        Bound of what waits on disk; then the oldest is given up.
    batch_rows, interval : int, float
        Rows that wake the worker, and seconds after which it looks in any case.
    timeout : float
        Seconds that one request may take.
    mode : str
        ``"raw"``, or ``"profile"``: no row leaves the process, only what is counted of it.
    baseline : Baseline or path
        For profile mode: says what is counted.
    every, timezone, report_every, recent
        For profile mode: length of a window of event time, the zone of its days, seconds between two profiles, and
        how many of the latest rows wait for a label.

    Raises
    ------
    ConfigError
        Codes ``logger.bad-argument`` and ``logger.bad-target``.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> with Logger(folder.name, model="flights") as log:
    ...     name = log.prediction(features={"carrier": "MQ", "distance": 733}, score=0.81)
    ...     log.label(name, 1)
    >>> log.counts.sent
    2
    >>> folder.cleanup()
    """

    def __init__(
        self,
        target: str | os.PathLike[str],
        model: str,
        version: str | None = None,
        *,
        key: str | None = None,
        spool: str | os.PathLike[str] | bool | None = None,
        policy: str = "drop_oldest",
        block_timeout: float = 1.0,
        max_rows: int = 100_000,
        max_bytes: int = 64 << 20,
        spool_bytes: int = 1 << 30,
        batch_rows: int = 2_000,
        interval: float = 1.0,
        timeout: float = 10.0,
        mode: str = "raw",
        baseline: Baseline | str | os.PathLike[str] | None = None,
        every: str = "1d",
        timezone: str = "UTC",
        report_every: float = 30.0,
        recent: int = 50_000,
    ) -> None:
        arguments = {k: v for k, v in locals().items() if k not in {"self", "baseline"}}
        self._again = {**arguments, "baseline": baseline}
        settings = checked(arguments)
        pa.array([0.0])  # imports pandas where it is installed: now, and not while somebody waits
        worker = the_worker()
        self._pipeline = Pipeline(settings, _baseline(settings, baseline), worker.wake)
        worker.serve(self._pipeline)
        weakref.finalize(self, self._pipeline.retire).atexit = False

    def prediction(
        self,
        id: str | None = None,  # noqa: A002 - the word of the protocol
        features: Mapping[str, Any] = _NOTHING,
        score: float | Mapping[str, float] | None = None,
        prediction: Any = None,
        time: Any = None,
        version: str | None = None,
        weight: float | None = None,
    ) -> str:
        """Log one prediction and return its id.

        Parameters
        ----------
        id : str, optional
            By which its label will come; default: a new UUID (version 7).
        features : mapping
            Copied shallowly.
        score : float or mapping, optional
            Probability of the positive class, or of each class.
        prediction : class or number, optional
        time : datetime, str or float, optional
            Event time; default: now. Without a zone it is UTC, numbers are seconds since the epoch.
        version, weight : optional
        """
        now = time_ns()
        pipeline = self._pipeline
        name = pipeline.new_id(now) if id is None else id
        try:
            row = dict(features)
            # The fields of an Entry.
            pipeline.intake.add((PREDICTIONS, name, now, time, weight, row, version, score, prediction))
        except Exception:  # noqa: BLE001 - a request must not fail for its log
            pipeline.intake.unreadable()
        return name

    def label(self, id: str, label: Any, time: Any = None, weight: float | None = None) -> None:  # noqa: A002
        """Log what turned out to be true of the prediction `id`; `time` is when it became known, by default now."""
        self._add(LABELS, id, time, weight, label)

    def feedback(self, id: str, kind: str, text: str = "") -> None:  # noqa: A002
        """Log what somebody said about the prediction `id`."""
        self._add(FEEDBACK, id, None, None, (kind, text))

    def predictions(self, frame: Any) -> int:
        """Log the rows of a frame, and return how many.

        For batches: the rows are on disk when this returns, which takes milliseconds, not microseconds.

        Parameters
        ----------
        frame : frame or mapping of arrays
            Anything with an Arrow stream. Columns ``id``, ``time``, ``version``, ``score``, ``score:CLASS``,
            ``prediction`` and ``weight`` (or the same with ``vd_`` before them) are what they say, all others are
            features.
        """
        return self._add_frame(PREDICTIONS, frame)

    def labels(self, frame: Any) -> int:
        """Log labels in columns ``id``, ``label``, ``time`` and ``weight``, and return how many."""
        return self._add_frame(LABELS, frame)

    def flush(self, timeout: float = 10.0) -> bool:
        """Send everything; return after at most `timeout` seconds whether nothing is left."""
        return self._pipeline.flush(timeout)

    def close(self, timeout: float = 5.0) -> bool:
        """Take no more, send what there is; what is left after `timeout` seconds stays in the spool."""
        return self._pipeline.close(timeout)

    @property
    def counts(self) -> Counts:
        """Where the rows are."""
        return self._pipeline.counts

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __reduce__(self) -> tuple[Any, ...]:
        # What a process that is spawned gets is a logger of its own with the same arguments.
        return _made_again, (self._again,)

    def _add(self, kind: str, name: Any, time: Any, weight: Any, what: Any) -> None:
        intake = self._pipeline.intake
        try:
            intake.add((kind, name, time_ns(), time, weight, what, None, None, None))
        except Exception:  # noqa: BLE001 - a request must not fail for its log
            intake.unreadable()

    def _add_frame(self, kind: str, frame: Any) -> int:
        pipeline = self._pipeline
        try:
            if pipeline.intake.closed:
                pipeline.intake.unreadable("closed", _length(frame))
                return 0
            version = pipeline.settings.version
            table, repaired = canonical_table(frame, kind, version, pipeline.new_id)
        except Exception:  # noqa: BLE001 - a job must not fail for its log
            pipeline.intake.unreadable(rows=_length(frame))
            return 0
        pipeline.log_table(kind, table, repaired)
        return int(table.num_rows)


def _made_again(arguments: dict[str, Any]) -> Logger:
    return Logger(**arguments)


def _length(frame: Any) -> int:
    """Return the rows of a frame that cannot be read, as far as it says."""
    try:
        if isinstance(frame, Mapping):
            return max((len(v) for v in frame.values()), default=1)
        return int(frame.shape[0]) if hasattr(frame, "shape") else len(frame)
    except Exception:  # noqa: BLE001 - an object that cannot say its length counts once
        return 1


def _baseline(settings: Settings, given: Any) -> Baseline | None:
    """Return the baseline of profile mode."""
    if settings.mode == "raw":
        return None
    from vedette.engine.baseline import Baseline
    from vedette.engine.windows import Every, zone_named

    if not isinstance(given, Baseline | str | os.PathLike):
        raise ConfigError(
            "A logger in profile mode has no baseline",
            "A Baseline, or the path of a saved one: it says what is counted",
            "Give baseline=vd.Baseline.fit(reference, schema)",
            code="logger.bad-argument",
        )
    zone_named(settings.timezone)
    if Every.parse(settings.every).unit == "rows":
        raise ConfigError(
            f"A logger in profile mode has windows of {settings.every}",
            "Windows of time: several processes must agree on them",
            "Give for example every='1h'",
            code="logger.bad-argument",
        )
    return given if isinstance(given, Baseline) else Baseline.load(os.fspath(given))
