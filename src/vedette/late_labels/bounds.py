"""What a table may become whatever the labels that are out turn out to be."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vedette.inference.interval import FloatArray


def worst_and_best(tables: npt.ArrayLike, waiting: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return the tables in which every label that is out proves the prediction wrong, and right.

    Nothing is assumed, so nothing narrower is certain; with half of the labels out the bounds are wide.

    Parameters
    ----------
    tables : array_like of shape (windows, 2, 2)
        Labelled rows by predicted and true class.
    waiting : array_like of shape (windows, 2)
        Rows without a label by predicted class.

    References
    ----------
    C. F. Manski (1990), Nonparametric bounds on treatment effects, American Economic Review 80.

    Examples
    --------
    >>> [found.tolist() for found in worst_and_best([[[8, 1], [2, 9]]], [[3, 4]])]
    [[[[8.0, 4.0], [6.0, 9.0]]], [[[11.0, 1.0], [2.0, 13.0]]]]
    """
    tables, waiting = np.asarray(tables, float), np.asarray(waiting, float)
    wrong, right = tables.copy(), tables.copy()
    wrong[:, [0, 1], [1, 0]] += waiting
    right[:, [0, 1], [0, 1]] += waiting
    return wrong, right
