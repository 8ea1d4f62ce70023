"""whylogs: profiles of both files, drift scores between them, the summary, and classification metrics."""

import os
import sys

from columns import FEATURES, LABEL, PREDICTION, SCORE
from stages import Stages

os.environ["WHYLOGS_NO_ANALYTICS"] = "True"  # measured without its telemetry

stages = Stages()
with stages("import"):
    import pandas as pd
    import whylogs
    from whylogs.viz.drift.column_drift_algorithms import calculate_drift_scores

with stages("read"):
    used = [*FEATURES, SCORE, PREDICTION, LABEL]
    reference, current = (pd.read_parquet(path, columns=used) for path in sys.argv[1:3])

profiled = [*FEATURES, SCORE]
with stages("call: profiles"):
    before, after = (whylogs.log(frame[profiled]).view() for frame in (reference, current))
with stages("call: drift"):
    drift = calculate_drift_scores(target_view=after, reference_view=before, with_thresholds=True)
with stages("call: summary"):
    summary = after.to_pandas()
with stages("call: performance"):
    whylogs.log_classification_metrics(
        current, target_column=LABEL, prediction_column=PREDICTION, score_column=SCORE
    )

stages.report(
    "whylogs",
    rows=len(current),
    columns=len(summary),
    drifted=sorted(name for name, score in drift.items() if score and score["drift_category"] == "DRIFT"),
)
