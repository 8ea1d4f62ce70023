"""TensorFlow Data Validation: statistics of both files and drift between them. It measures no performance."""

import sys

from columns import CATEGORIES, FEATURES, LABEL, NUMBERS, PREDICTION, SCORE
from stages import Stages

stages = Stages()
with stages("import"):
    import pandas as pd
    import tensorflow_data_validation as tfdv

with stages("read"):
    used = [*FEATURES, SCORE, PREDICTION, LABEL]
    reference, current = (pd.read_parquet(path, columns=used) for path in sys.argv[1:3])

with stages("call: statistics"):
    before, after = (tfdv.generate_statistics_from_dataframe(frame) for frame in (reference, current))
with stages("call: drift"):
    schema = tfdv.infer_schema(before)
    for name in NUMBERS:
        tfdv.get_feature(schema, name).drift_comparator.jensen_shannon_divergence.threshold = 0.01
    for name in CATEGORIES:
        tfdv.get_feature(schema, name).drift_comparator.infinity_norm.threshold = 0.01
    anomalies = tfdv.validate_statistics(after, schema, previous_statistics=before).anomaly_info

stages.report("tensorflow-data-validation", rows=len(current), drifted=sorted(anomalies))
