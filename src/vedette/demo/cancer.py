"""Breast cancer: a small medical model, and what a wrong unit does to it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from vedette.demo import models
from vedette.demo.folder import write_folder
from vedette.demo.progress import Progress, silent
from vedette.errors import require

FOLDS = 5
#: The one thing that is made up, and only when asked for.
BROKEN, FACTOR = "mean area", 100.0
INJECTED = (
    f"# INJECTED FAULT: {BROKEN!r} of the current rows is multiplied by {FACTOR:g}, "
    "as if a laboratory had gone from cm² to mm².\n"
)

MONITOR = """\
# Is this tumour malignant? Asked from 30 measurements of cell nuclei; pathology answers later.
# Reference and current are random halves of one study: nothing differs between them but chance.
{fault}version = 1
model = "cancer"

[schema]
id = "case_id"
score = "p_malignant"
label = "malignant"

[windows]
every = "95 rows"    # nobody wrote down when the cases came

[data]
reference = "reference.parquet"    # the training half, scored out of fold, with labels
current = "predictions.parquet"    # the other half
labels = "labels.parquet"          # by case_id
"""


class Study(NamedTuple):
    """Measurements of shape (n, k), their names, and which tumours are malignant, of shape (n,)."""

    x: models.Floats
    names: list[str]
    malignant: npt.NDArray[np.bool_]


def prepare_cancer(
    folder: str | Path, *, broken_unit: bool = False, progress: Progress | None = None
) -> Path:
    """Write the cancer demo and return its monitor file.

    The 569 cases of scikit-learn's copy of the Wisconsin study are split at random, as nobody wrote down when
    they came: a good monitor finds nothing.

    Parameters
    ----------
    folder : path
        Made if it is not there; gets reference.parquet, predictions.parquet, labels.parquet and monitor.toml.
    broken_unit : bool
        Multiply 'mean area' of the current half by 100 before it is scored. The monitor file says so.
    progress : function of a str, optional
        Called with each line worth showing.

    Returns
    -------
    Path
        The monitor file.

    Raises
    ------
    MissingExtraError
        scikit-learn is not installed.
    """
    study = breast_cancer()
    tell = progress or silent
    past, present = halves(len(study.malignant))
    new = study.x[present]
    if broken_unit:
        tell(INJECTED.strip("# \n"))
        new = new * np.where(np.array(study.names) == BROKEN, FACTOR, 1.0)
    x, y = study.x[past], study.malignant[past].astype(np.float64)
    model = models.logistic_regression()
    before = models.out_of_fold(model, x, y, np.arange(len(x)) % FOLDS)
    after = models.score(model, x, y, new)
    truth = pa.array(study.malignant)
    return write_folder(
        folder,
        {
            "reference": cases(past, x, study.names, before).append_column("malignant", truth.take(past)),
            "predictions": cases(present, new, study.names, after),
            "labels": pa.table({"case_id": names_of(present), "malignant": truth.take(present)}),
        },
        MONITOR.format(fault=INJECTED if broken_unit else ""),
        tell,
    )


def breast_cancer() -> Study:
    """Wisconsin diagnostic study as scikit-learn ships it."""
    try:
        from sklearn.datasets import load_breast_cancer
    except ImportError as error:
        raise require("scikit-learn", "demo") from error
    study = load_breast_cancer()
    return Study(study.data, [str(name) for name in study.feature_names], study.target == 0)


def halves(n: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Two random halves of the numbers below `n`, each in order."""
    shuffled = np.random.default_rng(models.SEED).permutation(n)
    return np.sort(shuffled[: n // 2]), np.sort(shuffled[n // 2 :])


def cases(rows: npt.NDArray[np.int64], x: models.Floats, names: list[str], scores: models.Floats) -> pa.Table:
    """Cases with their id, measurements and score."""
    measurements = dict(zip(names, x.T, strict=True))
    return pa.table({"case_id": names_of(rows), **measurements, "p_malignant": scores})


def names_of(rows: npt.NDArray[np.int64]) -> list[str]:
    """Ids such as ``case-007``, by the row in the study."""
    return [f"case-{row:03d}" for row in rows]
