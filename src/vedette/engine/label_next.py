"""A label budget: which rows to label next, and what their labels say about all rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from vedette.batch import Batch
from vedette.engine.baseline import Baseline
from vedette.engine.fit import coarse_bins
from vedette.errors import ConfigError, unknown_name
from vedette.estimation.band import share_interval
from vedette.estimation.curve import fit_curves
from vedette.estimation.label_budget import LEAST, drawn, neyman
from vedette.estimation.ppi import Assisted, Design, assisted_mean, assisted_ratio
from vedette.sources.base import open_source
from vedette.spelling import one_array
from vedette.summaries.score_bins import ScoreBins
from vedette.values import Estimate

#: Columns that `label_next` adds.
ROW, STRATUM, PROBABILITY = "row", "stratum", "probability"


def label_next(rows: Any, baseline: Baseline | str | Path, budget: int, *, seed: int = 0) -> pa.Table:
    """Return which rows to label next: a random sample, drawn more densely where the score is least sure.

    Parameters
    ----------
    rows : frame, mapping of arrays, or path
        Rows without labels, with their scores.
    baseline : Baseline or path
        Of a binary model with a labelled reference.
    budget : int
        How many rows can be labelled.
    seed : int
        Of the draw; the same seed draws the same rows.

    Returns
    -------
    pyarrow.Table
        One line a row to label: ``row`` (its number, from 0), its id where the schema names one, the score,
        ``stratum`` and ``probability``, the chance with which it was drawn. Keep both: without them nobody can tell
        later what the labels stand for. Fill in the labels and pass the table to `estimate_from_sample`.

    Raises
    ------
    ConfigError
        Not a binary model with scores and a labelled reference (``labels.no-promise``), or a budget below 2
        (``labels.bad-budget``).

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> score = rng.random(2000)
    >>> label = (rng.random(2000) < score).astype(int)
    >>> from vedette.schema import Schema
    >>> baseline = Baseline.fit({"score": score, "y": label}, Schema(score="score", label="y"))
    >>> chosen = label_next({"score": rng.random(10_000)}, baseline, budget=100)
    >>> chosen.num_rows, chosen.column_names
    (100, ['row', 'score', 'stratum', 'probability'])
    """
    if budget < 2:
        raise ConfigError(
            f"The budget is {budget} labels",
            "At least 2",
            "Give budget=100 or so",
            code="labels.bad-budget",
        )
    known = _Known(baseline)
    source = open_source(rows)
    schema = known.baseline.layout.schema
    for name in (known.spec.score, schema.id):
        if name is not None and name not in source.names:
            raise unknown_name("Column", name, source.names, code="schema.unknown-column")
    batch = _whole(rows, [known.spec.score, *([schema.id] if schema.id else [])])
    stratum = known.strata(batch, strata_of(min(budget, len(batch))))
    sizes = np.bincount(stratum)
    expected = np.bincount(stratum, known.promise(batch)) / np.maximum(sizes, 1)
    take = neyman(sizes, expected, budget)
    picked = drawn(stratum, take, seed)
    columns = {ROW: pa.array(picked)}
    columns |= {name: batch.arrow(name).take(pa.array(picked)) for name in batch.names}
    columns[STRATUM] = pa.array(stratum[picked])
    columns[PROBABILITY] = pa.array((take / np.maximum(sizes, 1))[stratum[picked]])
    return pa.table(columns)


def estimate_from_sample(
    rows: Any, sample: Any, baseline: Baseline | str | Path, *, level: float = 0.95
) -> dict[str, Estimate]:
    """Return accuracy, precision, recall and prevalence of all rows from the labels of a random sample of them.

    Parameters
    ----------
    rows : frame, mapping of arrays, or path
        The rows that the sample was drawn from, in the same order.
    sample : frame, mapping of arrays, or path
        What `label_next` returned, with the label column added; or a simple random sample with columns ``row`` and
        ``probability``, the same for every row.
    baseline : Baseline or path
    level : float

    Returns
    -------
    dict of str to Estimate
        With intervals by prediction-powered inference: labels correct what scores promise of all rows. ``n`` is the
        number of labels.

    Raises
    ------
    ConfigError
        The sample is not known to be random (``labels.not-random``): no probabilities, drawn rows without a label, or
        parts of the rows that had no chance. An interval would then be a guess.
    """
    known = _Known(baseline)
    label = str(known.baseline.layout.label)
    drawn_rows = _whole(sample, None)
    for name in (ROW, PROBABILITY, label):
        if name not in drawn_rows:
            raise _not_random(f"The sample has no column {name!r}")
    batch = _whole(rows, _present(open_source(rows).names, known.spec))
    design, truth = _design(drawn_rows, batch, known, label)
    said = (known.spec.predicted(batch) == 1).astype(float)
    promise = known.promise(batch)
    hit = np.where(said == 1, promise, 1 - promise)
    at = design.chosen
    found = {
        "accuracy": assisted_mean((said[at] == truth).astype(float), hit, design),
        "precision": assisted_ratio((said[at] * truth, said[at]), (said * promise, said), design),
        "recall": assisted_ratio((said[at] * truth, truth), (said * promise, promise), design),
        "prevalence": assisted_mean(truth, promise, design),
    }
    return {name: _estimate(one, len(at), level) for name, one in found.items()}


class _Known:
    """What a baseline knows about scores."""

    def __init__(self, baseline: Baseline | str | Path) -> None:
        self.baseline = baseline if isinstance(baseline, Baseline) else Baseline.load(baseline)
        layout = self.baseline.layout
        state = None
        if layout.task == "binary" and layout.score is not None and layout.label is not None:
            state = self.baseline.cube.state(layout.score_bins())
        if state is None or not state["counts"][..., :2].sum():
            raise ConfigError(
                "The baseline does not tell what a score promises",
                "A binary model with scores and a labelled reference",
                "Fit it with Schema(score=..., label=...) and the default metrics",
                code="labels.no-promise",
            )
        assert isinstance(state.spec, ScoreBins)
        self.spec = state.spec
        counts = state["counts"]
        self._rate = fit_curves(counts[..., 1].sum(axis=2), counts[..., :2].sum(axis=(2, 3))).rate[0]

    def promise(self, batch: Batch) -> npt.NDArray[np.float64]:
        """Return the probability of the positive class of each row, shape (n,)."""
        return np.asarray(self._rate[self.spec.binning.of(batch, self.spec.score)])

    def strata(self, batch: Batch, most: int) -> npt.NDArray[np.intp]:
        """Return the stratum of each row, shape (n,): bins of the score of about equal size among these rows."""
        found = self.spec.binning.of(batch, self.spec.score).astype(np.intp)
        counts = np.bincount(found, minlength=self.spec.binning.size)
        stratum = np.searchsorted(coarse_bins(counts[:-1], most), found, side="right") - 1
        stratum[np.isnan(batch.numbers(self.spec.score))] = stratum.max(initial=0)
        return np.asarray(np.unique(stratum, return_inverse=True)[1], np.intp)


def _design(sample: Batch, batch: Batch, known: _Known, label: str) -> tuple[Design, npt.NDArray[np.float64]]:
    """Return how the sample was drawn and its labels; raise where that is not known."""
    rows, chance = sample.numbers(ROW), sample.numbers(PROBABILITY)
    codes = known.spec.true(Batch(pa.record_batch({str(known.spec.label): sample.arrow(label)})))
    unlabelled = int((codes >= 2).sum())
    if unlabelled:
        raise _not_random(f"{unlabelled} of {len(sample)} drawn rows have no label")
    if not (np.isfinite(rows).all() and (chance > 0).all() and (chance <= 1).all()):
        raise _not_random("Some rows of the sample have no row number, or no probability in (0, 1]")
    chosen = rows.astype(np.intp)
    if (
        len(np.unique(chosen)) < len(chosen)
        or chosen.min(initial=0) < 0
        or chosen.max(initial=0) >= len(batch)
    ):
        raise _not_random("Row numbers of the sample repeat, or lie outside the rows")
    even = len(chosen) > 1 and chance.min() == chance.max()
    stratum = np.zeros(len(batch), np.intp) if even else known.strata(batch, strata_of(len(chosen)))
    _check(stratum, chosen, chance)
    return Design(stratum, chosen), (codes == 1).astype(float)


def _check(
    stratum: npt.NDArray[np.intp], chosen: npt.NDArray[np.intp], chance: npt.NDArray[np.float64]
) -> None:
    """Raise unless each stratum was drawn from about as often as the probabilities say."""
    sizes = np.bincount(stratum)
    found = np.bincount(stratum[chosen], minlength=len(sizes))
    meant = np.bincount(stratum[chosen], chance, minlength=len(sizes)) / np.maximum(found, 1)
    if (found == 0).any():
        raise _not_random("Some of the rows had no chance to be drawn")
    far = np.abs(found - sizes * meant) > 1 + 5 * np.sqrt(sizes * meant * (1 - meant))
    if far.any() or not np.allclose(chance, meant[stratum[chosen]]):
        said = (
            "The probabilities do not fit the rows: another file, rows of the sample dropped, or another draw"
        )
        raise _not_random(said)


def strata_of(budget: int) -> int:
    """Return into how many strata a budget of labels goes."""
    return max(1, min(10, budget // LEAST))


def _estimate(one: Assisted, n: int, level: float) -> Estimate:
    """Return an estimate of a share."""
    if not np.isfinite(one.value):
        return Estimate(None, n=n, reason="undefined")
    value = float(np.clip(one.value, 0, 1))
    low, high = (float(end) for end in share_interval(value, one.variance, level))
    return Estimate(value, low, high, n=n)


def _present(names: list[str], spec: ScoreBins) -> list[str]:
    """Return the columns that predictions are read from."""
    return [n for n in (spec.score, spec.prediction) if n is not None and n in names]


def _whole(given: Any, columns: list[str] | None) -> Batch:
    """Return some columns of a source, all rows in one batch, in their order."""
    source = open_source(given)
    names = source.names if columns is None else columns
    tables = [table for part in source.partitions() for table in part.read(names, [])]
    return Batch(pa.record_batch({n: one_array([t.column(n) for t in tables]) for n in names}))


def _not_random(found: str) -> ConfigError:
    return ConfigError(
        found,
        "A random sample with the chance of each row, and a label for every row drawn",
        "Draw with vedette.label_next, keep its columns, and label all of its rows",
        code="labels.not-random",
    )
