"""deepchecks: feature, label and prediction drift, integrity checks and performance, as one suite."""

import os
import sys

from columns import CATEGORIES, FEATURES, LABEL, PREDICTION, SCORE
from stages import Stages

os.environ["DEEPCHECKS_NO_TELEMETRY"] = "1"  # measured without its telemetry
os.environ["DISABLE_DEEPCHECKS_ANALYTICS"] = "1"

stages = Stages()
with stages("import"):
    import numpy as np
    import pandas as pd
    from deepchecks.tabular import Dataset, Suite, checks

with stages("read"):
    used = [*FEATURES, SCORE, PREDICTION, LABEL]
    reference, current = (pd.read_parquet(path, columns=used) for path in sys.argv[1:3])

with stages("call"):
    sides = [
        Dataset(frame[[*FEATURES, LABEL]], label=LABEL, cat_features=list(CATEGORIES), label_type="binary")
        for frame in (reference, current)
    ]
    proba = [np.column_stack([1 - frame[SCORE], frame[SCORE]]) for frame in (reference, current)]
    suite = Suite(
        "comparison",
        checks.FeatureDrift().add_condition_drift_score_less_than(),
        checks.LabelDrift().add_condition_drift_score_less_than(),
        checks.PredictionDrift().add_condition_drift_score_less_than(),
        checks.PercentOfNulls(),
        checks.MixedNulls(),
        checks.IsSingleValue(),
        checks.NewCategoryTrainTest(),
        checks.TrainTestPerformance(
            scorers=["accuracy", "precision", "recall", "f1", "roc_auc", "neg_log_loss"]
        ),
    )
    result = suite.run(
        train_dataset=sides[0],
        test_dataset=sides[1],
        model_classes=[0, 1],
        y_pred_train=reference[PREDICTION].to_numpy(),
        y_pred_test=current[PREDICTION].to_numpy(),
        y_proba_train=proba[0],
        y_proba_test=proba[1],
    )

failed = [f"{check.header}: {check.exception}" for check in result.get_not_ran_checks()]
if failed:
    sys.exit("; ".join(failed))
stages.report("deepchecks", rows=len(current), results=len(result.results))
