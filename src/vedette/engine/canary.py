"""A canary beside its control: whether two live streams differ, looked at as often as one likes, and in what."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from vedette.engine.bins import presence, values
from vedette.engine.cube import TOTAL, Cube
from vedette.engine.evaluate import evaluate_one
from vedette.engine.fit import fit_layout
from vedette.engine.labels import LateLabels
from vedette.engine.outcomes import losses
from vedette.engine.plan import choose, plan
from vedette.engine.scan import Wanted, scan
from vedette.engine.span import numbered, windows_over
from vedette.engine.streams import Part, reading
from vedette.errors import ConfigError
from vedette.evidence.two_sample import TwoSample
from vedette.layout import Column, Layout
from vedette.metrics.base import Metric, metric
from vedette.rules.change import difference, went
from vedette.schema import Schema
from vedette.sentences.filling import Lang
from vedette.sentences.sentence import Sentence
from vedette.sources.base import Source, open_source
from vedette.values import Estimate, Window

Floats = npt.NDArray[np.float64]
#: Looks at two sets of rows without time.
LOOKS = 50


class Difference(msgspec.Struct, frozen=True):
    """What one column or metric says of the two arms.

    Attributes
    ----------
    name : str
        Column, or metric of the outcomes.
    part : str
        "values" or "missing" of a column, "performance" of the model.
    e_value : float
        Its evidence now; the mean of all is the family's.
    proved : bool
        Whether it would prove a difference by itself, all others thrown away.
    control, challenger : Estimate
        The metric in each arm; for values there is one number, their distance (`effect`).
    effect : Estimate
        Challenger less control with its interval, or the population stability index.
    title, of, unit : str
        The metric's title, the class it is of, and its unit.
    """

    name: str
    part: Part
    e_value: float
    proved: bool
    control: Estimate | None
    challenger: Estimate
    effect: Estimate
    title: str = ""
    of: str = ""
    unit: str = ""

    @property
    def sentence(self) -> Sentence:
        """What differs, to be said in a language."""
        if self.control is None:
            return Sentence.of("moved", column=self.name, title=self.title, now=self.effect.spanned())
        whose = {"of": self.of} if self.part == "performance" else {"column": self.name}
        return went({"title": self.title, **whose}, self.challenger, self.control, self.unit)

    def __str__(self) -> str:
        return str(self.sentence)


class Canary(msgspec.Struct, frozen=True):
    """Outcome of `canary`.

    Attributes
    ----------
    alpha : float
    windows : int
        Windows looked at.
    rows : (int, int)
        Of control and challenger.
    e_value : float
        Largest evidence that the arms differ in anything; ``1 / alpha`` proves it.
    since : Window, optional
        Window at whose end it was proved.
    differences : tuple of Difference
        The strongest evidence first.
    """

    alpha: float
    windows: int
    rows: tuple[int, int]
    e_value: float
    since: Window | None
    differences: tuple[Difference, ...]

    @property
    def different(self) -> bool:
        """Whether a difference is proved."""
        return self.since is not None

    @property
    def verdict(self) -> str:
        """One sentence."""
        return str(self.sentence)

    @property
    def sentence(self) -> Sentence:
        """The verdict, to be said in a language."""
        looked = {"rows": list(self.rows), "windows": self.windows}
        if self.since is None:
            needed = 1 / self.alpha
            return Sentence.of("canary.same", **looked, evidence=self.e_value, needed=needed)
        proved = [d for d in self.differences if d.proved] or self.differences
        first = next((d for d in proved if d.part == "performance"), proved[0])
        return Sentence.of("canary.different", **looked, since=self.since.label, first=first.sentence.plain())

    def in_words(self, lang: Lang = "en") -> str:
        """Return the verdict and what proves it, a line each, in a language."""
        told = [d for d in self.differences if d.proved] if self.different else []
        lines = [Sentence.of("canary.line", difference=d.sentence.plain(), evidence=d.e_value) for d in told]
        return "\n".join([self.sentence.in_words(lang), *(f"  {line.in_words(lang)}" for line in lines)])

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain JSON values."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return {"different": self.different, "verdict": self.verdict, **plain}

    def __str__(self) -> str:
        return self.in_words("en")


def canary(
    control: Any,
    challenger: Any,
    schema: Schema | None = None,
    *,
    labels: Any = None,
    every: str | None = None,
    timezone: str = "UTC",
    alpha: float = 0.05,
    level: float = 0.95,
) -> Canary:
    """Tell whether a challenger's rows differ from a control's of the same time, and in what.

    There is no reference: what moves both arms alike (a season, a campaign, a bad day) cancels, window by window. The
    probability that equal arms are ever said to differ is at most `alpha`, over all columns and metrics together and
    however often one looks, so that it may be asked again after each hour of a rollout.

    Parameters
    ----------
    control, challenger : frame, mapping of arrays, or path
        Rows of the two arms, dealt out at random.
    schema : Schema, optional
        Roles of the columns.
    labels : frame or path, optional
        Labels of both arms in a table of their own, joined by id.
    every : str, optional
        Cut both arms into windows of time, ``"1h"``. Default: 50 windows of rows in the order given, which is right
        where both arms were filled alike.
    timezone : str
        IANA name of the zone whose midnight begins a day.
    alpha : float
        Probability of ever telling equal arms apart.
    level : float
        Confidence of the intervals of the effects.

    Raises
    ------
    ConfigError
        Alpha is not between 0 and 1 (``canary.bad-alpha``), or windows of rows are asked for by number.

    Notes
    -----
    Rows must be independent given their window: deal out users, not requests, where one user makes many. The bins
    are fitted on all of the control's rows.

    References
    ----------
    R. J. Turner, A. Ly, P. D. Grünwald (2024), Generic E-variables for exact sequential k-sample tests that allow for
    optional stopping, doi:10.1016/j.jspi.2023.106116.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> old, new = rng.normal(0, 1, 4000), rng.normal(0.2, 1, 4000)
    >>> canary({"score": old}, {"score": new}).different
    True
    >>> canary({"score": old[:2000]}, {"score": old[2000:]}).different
    False
    """
    if not 0 < alpha < 1:
        raise ConfigError(
            f"alpha is {alpha}",
            "A probability between 0 and 1",
            "Write for example alpha=0.05",
            code="canary.bad-alpha",
        )
    sources = open_source(control), open_source(challenger)
    layout = fit_layout(sources[0], schema or Schema())
    specs = Wanted(plan(layout).wanted(layout).total)
    late = None if labels is None else LateLabels(labels, layout.schema)
    cuts = _cuts(sources, layout, every, timezone)
    arms = [
        scan(source, layout, specs, windows, late, by_row=every is None)
        for source, windows in zip(sources, cuts, strict=True)
    ]
    return _compared(arms[0], arms[1], layout, alpha, level)


class _Compared(NamedTuple):
    """One thing that both arms are counted by."""

    name: str
    part: Part
    metric: Metric
    counts: Callable[[Cube], Floats]


def _compared(control: Cube, challenger: Cube, layout: Layout, alpha: float, level: float) -> Canary:
    things = _things(control, layout)
    counts = [[thing.counts(cube) for thing in things] for cube in (control, challenger)]
    size = max(c.shape[1] for c in counts[0])
    padded = [np.stack([np.pad(c, ((0, 0), (0, size - c.shape[1]))) for c in arm], axis=1) for arm in counts]
    test, since = TwoSample(len(things), size), None
    for window, mine, other in zip(control.windows, *padded, strict=True):
        if test.step(mine, other) >= -math.log(alpha) and since is None:
            since = window
    proof = len(things) / alpha
    whole = control.over_time(), challenger.over_time()
    found = [
        _difference(thing, *whole, layout, float(np.exp(e)), proof, level)
        for thing, e in zip(things, test.log_e, strict=True)
    ]
    return Canary(
        alpha=alpha,
        windows=test.windows,
        rows=(control.rows, challenger.rows),
        e_value=float(np.exp(test.highest)),
        since=since,
        differences=tuple(sorted(found, key=lambda d: -d.e_value)),
    )


def _things(control: Cube, layout: Layout) -> list[_Compared]:
    """Return what the arms are compared by: each column's values and missing entries, and the outcomes."""
    found: list[_Compared] = []
    for column in layout.monitored():
        if column.kind in ("number", "category") and control.state(layout.bins(column.name)) is not None:
            found += _of_column(column, layout)
    for one in losses(control, layout):
        made = metric(one.metric, **({"of": one.of} if one.of else {}))
        reads = [control.state(spec) for spec in choose(made, layout).needs.values()]
        if control.state(one.spec) is not None and all(state is not None for state in reads):
            name = f"{made.title} of {one.of}" if one.of else made.title
            found.append(_Compared(name, "performance", made, _outcome(one)))
    return found


def _of_column(column: Column, layout: Layout) -> list[_Compared]:
    spec = layout.bins(column.name)
    moved = _Compared(
        column.name,
        "values",
        metric("psi", column=column.name),
        reading(spec, values),
    )
    if column.role == "label":  # a label that is missing has not come yet
        return [moved]
    gone = _Compared(
        column.name,
        "missing",
        metric("missing", column=column.name),
        reading(spec, presence),
    )
    return [moved, gone]


def _outcome(one: Any) -> Callable[[Cube], Floats]:
    return lambda cube: one.counts(cube.states[TOTAL, one.spec], cube.windows)


def _difference(
    thing: _Compared, control: Cube, challenger: Cube, layout: Layout, e: float, proof: float, level: float
) -> Difference:
    block = evaluate_one(choose(thing.metric, layout), challenger, control, TOTAL, level)
    assert block is not None
    now = block.current[0]
    then = block.reference[0] if block.reference is not None else None
    effect = now if then is None else difference(now, then)
    made = thing.metric
    of = thing.name.removeprefix(f"{made.title} of ") if thing.part == "performance" else ""
    of = "" if of == made.title else of
    return Difference(thing.name, thing.part, e, e >= proof, then, now, effect, made.title, of, made.unit)


def _cuts(
    sources: tuple[Source, Source], layout: Layout, every: str | None, zone: str
) -> tuple[Sequence[Window], Sequence[Window]]:
    """Return the windows of each arm, as many of one as of the other."""
    if every is None:
        return tuple(_by_row(source, layout) for source in sources)  # type: ignore[return-value]
    found = [windows_over(source, layout, every, zone) for source in sources]
    if any(by_row for _, by_row in found):
        raise ConfigError(
            f"Windows of {every} were asked for",
            "Windows of time, in which both arms stand side by side",
            "Write for example every = '1h', or leave it out",
            code="canary.bad-windows",
        )
    both = sorted({window for windows, _ in found for window in windows})
    return both, both


def _by_row(source: Source, layout: Layout) -> Sequence[Window]:
    rows = sum(partition.rows or 0 for partition in numbered(source))
    windows, _ = windows_over(source, layout, f"{max(math.ceil(rows / LOOKS), 1)} rows")
    last = windows[-1].end if windows else 0
    empty = [Window(last + i, last + i + 1, "no rows") for i in range(LOOKS - len(windows))]
    return [*windows, *empty]
