"""Bisection against roots known in closed form."""

import numpy as np

from vedette.inference.bisection import bisect


def test_finds_roots_upwards_and_downwards():
    squares = np.array([0.25, 2.0, 81.0])
    up = bisect(lambda x: x * x < squares, np.zeros(3), np.full(3, 10.0))
    down = bisect(lambda x: x * x > squares, np.full(3, 10.0), np.zeros(3))
    np.testing.assert_allclose(up, np.sqrt(squares), rtol=1e-15)
    np.testing.assert_allclose(down, np.sqrt(squares), rtol=1e-15)


def test_without_a_root_the_answer_is_the_far_end():
    assert bisect(lambda x: x > -1, np.zeros(1), np.ones(1)).tolist() == [1.0]


def test_does_not_change_its_arguments():
    start, end = np.zeros(1), np.ones(1)
    bisect(lambda x: x < 0.3, start, end)
    assert (start[0], end[0]) == (0.0, 1.0)
