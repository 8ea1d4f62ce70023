"""Evidently's DataDriftPreset, all defaults, a report for each window."""

from alarms_base import read, windows, write
from evidently import DataDefinition, Dataset, Report
from evidently.presets import DataDriftPreset

reference, current, numbers, names = read()
kinds = DataDefinition(
    numerical_columns=[n for n in names if n.startswith("x")],
    categorical_columns=[n for n in names if n.startswith("c")],
)
known = Dataset.from_pandas(reference, data_definition=kinds)
scores, alerts = [], []
for window in windows(current, numbers):
    run = Report([DataDriftPreset(columns=names)]).run(
        Dataset.from_pandas(window, data_definition=kinds), known
    )
    said = {}
    for metric in run.dict()["metrics"]:
        asked = metric.get("config", {})
        if "column" in asked and "method" in asked:
            value, limit = float(metric["value"]), float(asked["threshold"])
            is_p = "p_value" in asked["method"]
            said[asked["column"]] = (-value if is_p else value, value < limit if is_p else value >= limit)
    scores.append([said[n][0] for n in names])
    alerts.append([said[n][1] for n in names])
write(scores, alerts)
