"""NannyML's bundled data sets as Parquet, and its label-free estimates of them.

``data FOLDER`` writes what its wheel carries: ``NAME-reference.parquet`` and ``NAME-current.parquet``, labels in.
``estimate REFERENCE WINDOWS ROWS OUT`` fits CBPE by default on the first file and estimates every `ROWS` rows of the
second, and writes one row a window.
"""

import os
import sys
import warnings
from pathlib import Path

os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"  # measured without its telemetry
warnings.filterwarnings("ignore")  # its own use of pandas

import nannyml  # noqa: E402 - after the switch that it reads
import pandas as pd  # noqa: E402

METRICS = ("accuracy", "roc_auc", "f1")
#: Data set -> (loader, score, prediction, label) as the wheel names them.
DATA = {
    "employment": ("us_census_ma_employment_data", "predicted_probability", "prediction", "employed"),
    "california": ("modified_california_housing_dataset", "y_pred_proba", "y_pred", "clf_target"),
    "car_loan": ("synthetic_car_loan_dataset", "y_pred_proba", "y_pred", "repaid"),
}


def write(folder: Path) -> None:
    """Write the data sets under the names score, prediction and label."""
    for name, (loader, score, prediction, label) in DATA.items():
        reference, current, labels = getattr(nannyml.datasets, f"load_{loader}")()
        current = current.merge(labels[["id", label]], on="id", how="left")
        for role, frame in (("reference", reference), ("current", current)):
            plain = frame.rename(columns={score: "score", prediction: "prediction", label: "label"})
            plain.astype({"label": "int64"}).to_parquet(folder / f"{name}-{role}.parquet", index=False)


def estimate(reference: str, windows: str, rows: int, out: str) -> None:
    """Write the estimates and their bands window by window."""
    estimator = nannyml.CBPE(
        y_pred_proba="score",
        y_pred="prediction",
        y_true="label",
        problem_type="classification_binary",
        metrics=list(METRICS),
        chunk_size=rows,
    )
    estimator.fit(pd.read_parquet(reference))
    found = (
        estimator.estimate(pd.read_parquet(windows).drop(columns="label")).filter(period="analysis").to_df()
    )
    columns = {"value": "value", "low": "lower_confidence_boundary", "high": "upper_confidence_boundary"}
    flat = {f"{m}_{ours}": found[m, theirs].to_numpy() for m in METRICS for ours, theirs in columns.items()}
    pd.DataFrame(flat).to_parquet(out, index=False)


if __name__ == "__main__":
    if sys.argv[1] == "data":
        write(Path(sys.argv[2]))
    else:
        estimate(sys.argv[2], sys.argv[3], int(sys.argv[4]), sys.argv[5])
