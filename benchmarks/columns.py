"""The 24 columns of the benchmark's files, by role."""

from __future__ import annotations

CARDINALITIES = (3, 5, 12, 25, 60, 200)
NUMBERS = tuple(f"num_{i:02d}" for i in range(12))
CATEGORIES = tuple(f"cat_{i:02d}" for i in range(len(CARDINALITIES)))
SCORE, PREDICTION, LABEL = "score", "prediction", "label"
TIME, ID, SEGMENT = "time", "id", "segment"
SEGMENTS = 8

FEATURES = NUMBERS + CATEGORIES
ALL = (*FEATURES, SCORE, PREDICTION, LABEL, TIME, ID, SEGMENT)
