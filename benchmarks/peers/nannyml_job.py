"""NannyML: univariate drift, missing values and realised performance, by default in its ten chunks.

After the two files: ``all`` adds what it is known for, reconstruction drift and estimated performance (CBPE);
a number is the rows of a chunk.
"""

import os
import sys

from columns import FEATURES, LABEL, PREDICTION, SCORE, TIME
from stages import Stages

os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"  # measured without its telemetry

stages = Stages()
with stages("import"):
    import nannyml
    import pandas as pd

with stages("read"):
    used = [*FEATURES, SCORE, PREDICTION, LABEL, TIME]
    reference, current = (pd.read_parquet(path, columns=used) for path in sys.argv[1:3])

wanted = sys.argv[3:]
chunk_rows = next((int(word) for word in wanted if word.isdigit()), None)
axis = {"timestamp_column_name": TIME, "chunk_size": chunk_rows}
task = {
    "y_true": LABEL,
    "y_pred": PREDICTION,
    "y_pred_proba": SCORE,
    "problem_type": "classification_binary",
    "metrics": ["roc_auc", "f1", "precision", "recall", "accuracy"],
    **axis,
}
calculators = {
    "univariate": lambda: nannyml.UnivariateDriftCalculator(
        column_names=[*FEATURES, SCORE],
        continuous_methods=["jensen_shannon", "kolmogorov_smirnov", "wasserstein"],
        categorical_methods=["jensen_shannon", "chi2"],
        **axis,
    ),
    "missing": lambda: nannyml.MissingValuesCalculator(column_names=list(FEATURES), **axis),
    "performance": lambda: nannyml.PerformanceCalculator(**task),
}
if "all" in wanted:
    calculators["reconstruction"] = lambda: nannyml.DataReconstructionDriftCalculator(
        column_names=list(FEATURES), **axis
    )
    calculators["cbpe"] = lambda: nannyml.CBPE(**task)

chunks = {}
for name, make in calculators.items():
    with stages(f"call: {name}"):
        calculator = make().fit(reference)
        run = calculator.estimate if hasattr(calculator, "estimate") else calculator.calculate
        chunks[name] = len(run(current).filter(period="analysis").to_df())

stages.report("nannyml", rows=len(current), chunks=chunks)
