"""An experiment: the calibration curve refitted on reference rows that are reweighted to the window's margins.

Three label-free estimates of accuracy beside the truth: the plain curve, the curve on raked rows, and whichever of the
two errs less on pseudo-shifts of the labelled reference (with the half-width that these errors call for). Run
``labelfree.py`` first: it writes the windows.

    python benchmarks/raking.py
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

import cache
from labelfree import ROLES, SCENARIOS, Scenario
from vedette.estimation.curve import fit_curves
from vedette.estimation.pseudo_shift import choose, pseudo_shifts, shift_errors
from vedette.estimation.raking import effective_share, rake

Floats = NDArray[np.float64]

#: Sampled reference rows, windows a scenario, bins of the score, and the smallest share of a place.
ROWS, WINDOWS, BINS, LEAST = 10_000, 8, 50, 0.01


def places(reference: pa.Table, current: pa.Table) -> tuple[Floats, Floats]:
    """Membership of rows in eight bins of each number and in each frequent category, reference and current."""
    pairs = []
    for name in (*(n for n in reference.column_names if n not in ROLES), "score"):
        one, two = reference[name], current[name]
        if pa.types.is_floating(one.type):
            edges = np.unique(np.nanquantile(one.to_numpy(), np.linspace(0, 1, 9)[1:-1]))
            pairs += [(one.to_numpy() >= edge, two.to_numpy() >= edge) for edge in edges]
        else:
            texts = [c.cast(pa.string()).fill_null("").to_numpy(zero_copy_only=False) for c in (one, two)]
            pairs += [(texts[0] == value, texts[1] == value) for value in np.unique(texts[0])]
    kept = [pair for pair in pairs if LEAST < pair[0].mean() < 1 - LEAST]
    return tuple(np.column_stack([pair[side] for pair in kept]).astype(float) for side in (0, 1))


def accuracy(rate: Floats, bins: NDArray[np.intp], predicted: Floats, weight: Floats) -> float:
    """Expected accuracy of weighted rows."""
    positive = rate[bins]
    return float(np.average(np.where(predicted > 0, positive, 1 - positive), weights=weight))


def compared(root: Path, scenario: Scenario) -> tuple[Floats, float, float]:
    """Errors (plain, raked, chosen) by window, the least effective share, and how often the half-width held."""
    rng = np.random.default_rng(0)
    reference = pq.read_table(root / f"{scenario.data}-reference.parquet")
    reference = reference.take(np.sort(rng.permutation(len(reference))[:ROWS]))
    windows = pq.read_table(root / f"{scenario.data}{'-tilted' * scenario.tilted}-windows.parquet")
    known, seen = places(reference, windows)
    edges = np.quantile(reference["score"].to_numpy(), np.linspace(0, 1, BINS + 1)[1:-1])
    label, predicted, bins = (
        reference["label"].to_numpy(),
        reference["prediction"].to_numpy(),
        np.searchsorted(edges, reference["score"].to_numpy(), side="right"),
    )

    def curve(weight: Floats, rows: NDArray[np.bool_]) -> Floats:
        sums = [np.bincount(bins[rows], (weight * y)[rows], BINS + 1) for y in (label, np.ones_like(label))]
        return fit_curves(*sums).rate[0]

    half = rng.random(len(label)) < 0.5  # one half fits, the other is shifted
    errors, least, held = [], 1.0, 0
    count = min(WINDOWS, len(windows) // scenario.rows)
    for window in np.linspace(0, len(windows) // scenario.rows - 1, count).astype(int):
        at = slice(window * scenario.rows, (window + 1) * scenario.rows)
        now = windows.slice(at.start, scenario.rows)
        weight, tilt = rake(known, seen[at].mean(axis=0))
        least = min(least, effective_share(weight))

        def plain(w: Floats) -> float:
            return accuracy(curve(np.ones(len(label)), half), bins[~half], predicted[~half], w)

        def raked(w: Floats) -> float:
            target = np.average(known[~half], axis=0, weights=w)
            full = np.ones(len(label))
            full[half] = rake(known[half], target)[0]
            return accuracy(curve(full, half), bins[~half], predicted[~half], w)

        def truth(w: Floats) -> float:
            return float(np.average(predicted[~half] == label[~half], weights=w))

        choice = choose(shift_errors([plain, raked], truth, pseudo_shifts(known[~half], tilt, random=8)))
        spots = np.searchsorted(edges, now["score"].to_numpy(), side="right")
        guess, ones = now["prediction"].to_numpy(), np.ones(scenario.rows)
        everyone = np.ones(len(label), bool)
        found = [accuracy(curve(w, everyone), spots, guess, ones) for w in (np.ones(len(label)), weight)]
        real = float((guess == now["label"].to_numpy()).mean())
        errors.append([*(value - real for value in found), found[choice.best] - real])
        held += abs(errors[-1][2]) <= choice.half_width
    return np.asarray(errors), least, held / count


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    cache.add_argument(parser)
    root = parser.parse_args().data / "labelfree"
    print(
        "| data | windows | MAE plain | MAE raked | MAE chosen | half-width holds | least effective share |"
    )
    print("|---|--:|--:|--:|--:|--:|--:|")
    for scenario in SCENARIOS:
        errors, least, held = compared(root, scenario)
        plain, raked, chosen = np.abs(errors).mean(axis=0)
        numbers = f"{plain:.5f} | {raked:.5f} | {chosen:.5f} | {held:.0%} | {least:.3f}"
        print(f"| {scenario.name} | {len(errors)} | {numbers} |", flush=True)


if __name__ == "__main__":
    main()
