"""Rules every function of the package keeps: shapes, nan where undefined, no numpy warning, lazy scipy."""

import ast
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import vedette.inference
from vedette.inference.delong import auc_bin_error, auc_from_bins, delong_interval
from vedette.inference.fbeta import f_beta_interval
from vedette.inference.interval import floats, normal_quantile, tail_probability
from vedette.inference.ks import kolmogorov_p, ks_effect_interval
from vedette.inference.moments import mean_interval, ratio_interval, variance_interval
from vedette.inference.newcombe import newcombe_difference, square_and_add
from vedette.inference.noncentral import noncentral_chi2_interval
from vedette.inference.power import detectable_windows, rows_needed
from vedette.inference.sequence import bernoulli_sequence, mean_sequence
from vedette.inference.wilson import wilson_interval

ELEMENTWISE = {  # function -> number of array arguments
    wilson_interval: 2,
    newcombe_difference: 4,
    square_and_add: 6,
    f_beta_interval: 3,
    mean_interval: 3,
    variance_interval: 3,
    ratio_interval: 6,
    noncentral_chi2_interval: 2,
    kolmogorov_p: 3,
    ks_effect_interval: 3,
    bernoulli_sequence: 2,
    mean_sequence: 3,
    rows_needed: 2,
    detectable_windows: 3,
}
HOSTILE = np.array([0.0, 1.0, 0.5, 2.0, 1e-300, 1e12, 1e300, -1.0, np.nan, np.inf, -np.inf])

elementwise = pytest.mark.parametrize(
    ("function", "arguments"), ELEMENTWISE.items(), ids=lambda x: getattr(x, "__name__", "")
)


def ends(result):
    """Both ends of an interval, or the one array, as one stacked array."""
    return np.stack(result) if isinstance(result, tuple) else np.asarray(result)[None]


@elementwise
def test_answers_with_the_broadcast_shape(function, arguments):
    values = [np.full((3, 1), 0.5), np.full((1, 4), 0.25), *[0.75] * (arguments - 2)]
    assert ends(function(*values)).shape[1:] == (3, 4)
    assert ends(function(*[0.5] * arguments)).shape[1:] == ()
    assert ends(function(*[np.zeros(0)] * arguments)).shape[1:] == (0,)


@elementwise
def test_never_warns_whatever_the_numbers(function, arguments):
    with np.errstate(all="raise"):  # a warning of numpy not silenced on purpose would raise
        for first in range(arguments):
            for value in HOSTILE:
                filled = np.full(HOSTILE.shape, value)
                function(*[HOSTILE if place == first else filled for place in range(arguments)])


@elementwise
def test_is_the_same_one_by_one_and_together(function, arguments):
    rng = np.random.default_rng(7)
    values = rng.integers(1, 40, size=(arguments, 50)).astype(float)
    together = ends(function(*values))
    alone = np.stack([ends(function(*column)) for column in values.T], axis=-1)
    np.testing.assert_array_equal(together, alone)


@pytest.mark.parametrize(
    "result",
    [
        wilson_interval(0, 0),
        newcombe_difference(0, 0, 5, 10),
        newcombe_difference(5, 10, 0, 0),
        f_beta_interval(0, 0, 0),
        f_beta_interval(0, 0, 0, beta=2),
        mean_interval(1, 3, 9),
        mean_interval(0, 0, 0),
        variance_interval(1, 3, 9),
        ratio_interval(1, 1, 1, 1, 1, 1),
        ratio_interval(5, 1, 0, 1, 1, 1),
        noncentral_chi2_interval(5, 0),
        noncentral_chi2_interval(-1, 5),
        ks_effect_interval(0.1, 0, 5),
        kolmogorov_p(0.1, 5, 0),
        bernoulli_sequence(0, 0),
        mean_sequence(1, 3, 9),
        delong_interval([0, 0], [1, 2]),
        delong_interval([1, 2], [0, 0]),
        auc_from_bins([0, 0], [1, 2]),
        auc_bin_error([1, 2], [0, 0]),
        rows_needed(0.5, 0.6),
    ],
)
def test_undefined_is_nan(result):
    assert np.isnan(ends(result)).all()


@pytest.mark.parametrize("function", [f for f in ELEMENTWISE if f not in {square_and_add, kolmogorov_p}])
@pytest.mark.parametrize("level", [0, 1, 95, -0.5, np.nan])
def test_a_level_outside_0_and_1_is_refused(function, level):
    arguments = ELEMENTWISE[function]
    with pytest.raises(ValueError, match=r"level=.*0 and 1"):
        function(*[0.5] * arguments, level=level)


def test_level_as_quantile():
    assert tail_probability(0.9) == pytest.approx(0.05)
    assert normal_quantile(0.99) == pytest.approx(2.5758293035489004)
    assert [a.shape for a in floats(1, np.zeros((2, 1)), np.zeros(3))] == [(2, 3)] * 3


@pytest.mark.parametrize("rows", [3, 300])
def test_delong_takes_leading_axes_and_hostile_counts(rows):
    with np.errstate(all="raise"):
        low, high = delong_interval(np.full((2, 1, 4), rows), np.full((1, 5, 4), rows))
        delong_interval(HOSTILE[None], HOSTILE[:, None])
        auc_bin_error(HOSTILE[None], HOSTILE[:, None])
    assert low.shape == high.shape == (2, 5)


def modules():
    return sorted(Path(vedette.inference.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.stem)
def test_module_knows_nothing_outside(path):
    """Only numpy and the package itself at the top; scipy.special only, inside functions."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = {node for node in tree.body if isinstance(node, ast.ImportFrom | ast.Import)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom | ast.Import):
            continue
        names = [node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
        for name in names:
            allowed = (
                ("numpy", "typing", "collections", "vedette.inference") if node in top else ("scipy.special",)
            )
            assert name.startswith(allowed), f"{path.name} imports {name}"


def test_importing_everything_leaves_scipy_unloaded():
    names = [f"vedette.inference.{path.stem}" for path in modules() if path.stem != "__init__"]
    code = f"import sys, {', '.join(names)}; print('scipy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
