"""The delay law is that of survival analysis, whatever part of it young cohorts can show."""

import numpy as np
from statsmodels.duration.survfunc import SurvfuncRight

from vedette.late_labels.delay_law import delay_edges, fit_law, never_labelled, unknown_law


def cohorts(rng, ages, labels=400, steps=6):
    """Return delay counts of cohorts of one stratum: all labels that were in at each cohort's age."""
    shares = np.array([0.3, 0.25, 0.2, 0.15, 0.1, 0.0])[:steps]
    delays, rows = np.zeros((len(ages), 1, 2, steps)), np.zeros((len(ages), 1, steps))
    for w, age in enumerate(ages):
        for y in (0, 1):
            took = rng.multinomial(labels, shares)
            delays[w, 0, y, :age] = took[:age]
        rows[w, 0, age] = 2 * labels
    waiting = np.zeros_like(rows)
    waiting[..., :] = rows - np.where(rows > 0, delays.sum(axis=(2, 3))[..., None], 0)
    return delays, waiting, rows


def test_complete_cohorts_give_the_share_of_labels_by_age():
    delays, waiting, rows = cohorts(np.random.default_rng(0), [5, 5, 5])
    found = fit_law(delays, waiting, rows, [1, 2, 3, 4, 5]).known[0, 1]
    share = np.concatenate(([0], np.cumsum(delays[:, 0, 1].sum(axis=0))[:-1])) / delays[:, 0, 1].sum()
    assert np.allclose(found, share)


def test_young_cohorts_add_what_they_can_show():
    """Kaplan-Meier run backwards in time: a delay t of a cohort of age A is a life of -t, seen from -A on."""
    delays, waiting, rows = cohorts(np.random.default_rng(1), [5, 5, 3, 2, 1])
    found = fit_law(delays, waiting, rows, [1, 2, 3, 4, 5]).known[0, 1]
    age = np.repeat([5, 5, 3, 2, 1], 6)
    weight = delays[:, 0, 1].ravel().astype(int)
    life, entry = np.repeat(6 - np.tile(np.arange(6), 5), weight), np.repeat(6 - age, weight)
    oracle = SurvfuncRight(life, np.ones(len(life)), entry=entry)
    theirs = [oracle.surv_prob[oracle.surv_times <= 6 - age][-1] if age < 5 else 1.0 for age in range(1, 6)]
    # At least as old as `age`: lives of at most 6 - age have ended.
    assert np.allclose(found[1:], theirs)


def test_a_law_is_settled_when_rows_are_a_quarter_older_than_its_end():
    delays, waiting, rows = cohorts(np.random.default_rng(2), [5, 5, 4])
    assert fit_law(delays, waiting, rows, [4, 8, 12, 16, 20]).horizon == 5
    assert not fit_law(delays, waiting, rows, [4, 8, 12, 16, 20]).settled
    short = delays.copy()
    short[..., 3:] = 0
    assert fit_law(short, waiting, rows, [4, 8, 12, 16, 20]).settled
    assert not fit_law(short, waiting, rows, [4, 8, 12, 16, 20], declared=30).settled


def test_rows_past_the_horizon_without_a_label_never_get_one():
    waiting, rows = np.zeros((1, 2, 3)), np.zeros((1, 2, 3))
    rows[0, :, 2], waiting[0, :, 2] = (10_000, 10_000), (3000, 0)
    waiting[0, :, 1] = rows[0, :, 1] = 500  # young ones tell nothing
    assert np.allclose(never_labelled(waiting, rows, 2), [0.3, 0.0], atol=0.001)


def test_no_labels_at_all_give_no_law():
    empty = np.zeros((2, 1, 2, 3))
    assert not fit_law(empty, empty[:, :, 0], empty[:, :, 0], [1, 2]).settled


def test_edges_keep_the_ages_of_windows_apart():
    day = 86_400_000_000
    delays = np.concatenate([np.random.default_rng(0).integers(0, 9 * day, 500), np.full(500, 30 * day)])
    edges = delay_edges(delays, ages=np.arange(1, 60) * day)
    assert {d * day for d in range(1, 30)} <= set(edges)
    assert edges[-1] == 37.5 * day
    assert list(edges) == sorted(set(edges))


def test_an_unknown_law_knows_its_end_alone():
    law = unknown_law(3, 5, 5)
    assert not law.settled
    assert not law.known.any()
