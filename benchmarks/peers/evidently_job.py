"""Evidently: a report of the drift, summary and classification presets, as a dictionary."""

import os
import sys

from columns import CATEGORIES, FEATURES, LABEL, NUMBERS, PREDICTION, SCORE
from stages import Stages

os.environ["DO_NOT_TRACK"] = "1"  # measured without its telemetry

stages = Stages()
with stages("import"):
    import pandas as pd
    from evidently import BinaryClassification, DataDefinition, Dataset, Report
    from evidently.presets import ClassificationPreset, DataDriftPreset, DataSummaryPreset

with stages("read"):
    used = [*FEATURES, SCORE, PREDICTION, LABEL]
    reference, current = (pd.read_parquet(path, columns=used) for path in sys.argv[1:3])

with stages("call"):
    task = BinaryClassification(
        target=LABEL, prediction_labels=PREDICTION, prediction_probas=SCORE, pos_label=1
    )
    definition = DataDefinition(
        numerical_columns=[*NUMBERS, SCORE], categorical_columns=list(CATEGORIES), classification=[task]
    )
    sides = [Dataset.from_pandas(frame, data_definition=definition) for frame in (current, reference)]
    presets = [DataDriftPreset(columns=[*FEATURES, SCORE]), DataSummaryPreset(), ClassificationPreset()]
    found = Report(presets).run(*sides).dict()

stages.report("evidently", rows=len(current), results=len(found["metrics"]))
