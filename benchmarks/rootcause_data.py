"""Data sets of the root-cause benchmark: rows with features, a binary label, segments, and a model of our own.

A third of the rows trains the model, a third is the reference, from the last third the current rows are drawn: the
three are random thirds of one period, so that what is injected is all that differs. In ``flights-later`` the current
rows are those of another month: the injected cause competes with season and a real change of prevalence.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

#: Rows of the reference, at most.
REFERENCE_ROWS = 12_000


class Data:
    """Features, label and model of one data set.

    Attributes
    ----------
    numbers, categories, segments : list of str
        `segments` are some of the categories.
    reference, pool : DataFrame
        Features and ``label``; the current rows are drawn from the pool.
    """

    def __init__(
        self,
        name: str,
        frame: pd.DataFrame,
        numbers: list[str],
        categories: list[str],
        segments: list[str],
        later: pd.DataFrame | None = None,
    ) -> None:
        self.name, self.numbers, self.categories, self.segments = name, numbers, categories, segments
        frame = self._cleaned(frame).sample(frac=1.0, random_state=0).reset_index(drop=True)
        third = len(frame) // 3
        self._model = self._trained(frame[:third])
        self.reference = self.scored(frame[third : third + min(third, REFERENCE_ROWS)].reset_index(drop=True))
        self.pool = frame[2 * third :].reset_index(drop=True) if later is None else self._cleaned(later)

    def _cleaned(self, frame: pd.DataFrame) -> pd.DataFrame:
        frame = frame[[*self.numbers, *self.categories, "label"]].reset_index(drop=True)
        frame[self.numbers] = frame[self.numbers].astype(float)
        for column in self.categories:
            frame[column] = frame[column].astype("string").astype(object)
        return frame

    def scored(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the rows with the model's score of what they now say."""
        return frame.assign(score=self._model.predict_proba(self._matrix(frame))[:, 1])

    def _trained(self, frame: pd.DataFrame) -> Any:
        from sklearn.ensemble import HistGradientBoostingClassifier

        self._codes = {c: {v: i for i, v in enumerate(frame[c].dropna().unique())} for c in self.categories}
        model = HistGradientBoostingClassifier(max_iter=60, max_leaf_nodes=15, random_state=0)
        return model.fit(self._matrix(frame), frame["label"])

    def _matrix(self, frame: pd.DataFrame) -> np.ndarray[Any, Any]:
        coded = [frame[c].map(self._codes[c]).astype(float) for c in self.categories]
        return np.column_stack([frame[self.numbers].to_numpy(float), *coded])


def credit(_: Path) -> Data:
    """A synthetic credit book: log-normal incomes, ages, ratios, jobs and regions."""
    rng = np.random.default_rng(20_131_231)
    n = 45_000
    income, age = rng.lognormal(10.3, 0.5, n), np.clip(rng.normal(42, 12, n), 18, 85).round()
    debt, months = rng.beta(2, 5, n), rng.choice([12.0, 24, 36, 48, 60], n, p=[0.1, 0.2, 0.3, 0.2, 0.2])
    amount = income * rng.lognormal(-1, 0.4, n)
    job = rng.choice(
        ["office", "trade", "public", "self-employed", "none"], n, p=[0.35, 0.25, 0.2, 0.15, 0.05]
    )
    region = rng.choice(["north", "south", "east", "west"], n, p=[0.4, 0.3, 0.2, 0.1])
    home = rng.choice(["rent", "own", "parents"], n, p=[0.5, 0.4, 0.1])
    logit = 3 * (debt - 0.3) - 0.8 * np.log(income / 30_000) - 0.02 * (age - 42) + 0.4 * amount / income
    logit += np.select([job == "none", job == "self-employed"], [1.0, 0.5]) + 0.5 * (region == "west")
    logit += 0.4 * (home == "rent") - 1.2
    label = (rng.random(n) < 1 / (1 + np.exp(-logit))).astype(int)
    numbers = {"income": income, "age": age, "debt_ratio": debt, "months": months, "amount": amount}
    frame = pd.DataFrame({**numbers, "job": job, "region": region, "home": home, "label": label})
    return Data("synthetic credit", frame, list(numbers), ["job", "region", "home"], ["job", "region"])


def flights(root: Path) -> Data:
    """January and February 2013 of the flights demo, which is prepared where it is not there."""
    folder = root / "flights"
    if not (folder / "reference.parquet").exists():
        from vedette.demo.flights import prepare_flights

        prepare_flights(folder)
    frame = pd.read_parquet(folder / "reference.parquet")
    frame = frame[frame["late"].notna()].assign(label=lambda f: f["late"].astype(int))
    measured = ["distance", "scheduled_minutes", "dep_delay", "plane_age", "temp", "humid", "wind_speed"]
    numbers = ["hour", *measured, "precip", "pressure", "visib"]
    return Data("flights", frame, numbers, ["carrier", "origin", "dest", "weekday"], ["carrier", "origin"])


def flights_later(root: Path) -> Data:
    """The same reference, current rows of April: natural drift beneath every injection."""
    data = flights(root)
    folder = root / "flights"
    rows = pd.read_parquet(folder / "predictions.parquet")
    rows = rows[rows["departed_at"].dt.month == 4].merge(
        pd.read_parquet(folder / "labels.parquet"), on="flight_id"
    )
    past = pd.read_parquet(folder / "reference.parquet")
    past = past[past["late"].notna()].assign(label=lambda f: f["late"].astype(int))
    rows = rows.assign(label=lambda f: f["late"].astype(int))
    return Data("flights in April", past, data.numbers, data.categories, data.segments, rows)


def car_loan(root: Path) -> Data:
    """The synthetic car loans inside NannyML's wheel (reference part)."""
    frame = pd.read_csv(_nannyml(root) / "synthetic_car_loan_reference.csv").rename(
        columns={"repaid": "label"}
    )
    numbers = ["car_value", "debt_to_income_ratio", "loan_length", "driver_tenure"]
    categories = ["salary_range", "repaid_loan_on_prev_car", "size_of_downpayment"]
    return Data("car loan", frame, numbers, categories, ["salary_range", "size_of_downpayment"])


def employment(root: Path) -> Data:
    """Employment in Massachusetts 2015, inside NannyML's wheel (reference part)."""
    frame = pd.read_parquet(_nannyml(root) / "employment_MA_reference.pq").rename(
        columns={"employed": "label"}
    )
    categories = [
        "SCHL",
        "MAR",
        "RELP",
        "DIS",
        "ESP",
        "CIT",
        "MIG",
        "MIL",
        "ANC",
        "NATIVITY",
        "DREM",
        "SEX",
        "RAC1P",
    ]
    return Data("MA employment", frame, ["AGEP"], categories, ["SCHL", "MAR"])


def _nannyml(root: Path) -> Path:
    """Return the folder of data in the environment that ``peers.py install`` made."""
    found = sorted(root.glob("environments/nannyml/lib/python*/site-packages/nannyml/datasets/data"))
    if not found:
        raise FileNotFoundError(f"no NannyML below {root}: python benchmarks/peers.py install")
    return found[0]


DATA_SETS: dict[str, Callable[[Path], Data]] = {
    "credit": credit,
    "flights": flights,
    "flights-later": flights_later,
    "car-loan": car_loan,
    "employment": employment,
}
