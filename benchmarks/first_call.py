"""The first call of each library's own introduction, on 200 rows, to see whether it works as installed.

python benchmarks/first_call.py NAME
"""

from __future__ import annotations

import random
import sys
import warnings

warnings.filterwarnings("ignore")
chance = random.Random(7)  # noqa: S311 - a seed, not a secret
ROWS = 200
COLUMNS = {
    "age": [chance.gauss(40, 10) for _ in range(ROWS)],
    "plan": [chance.choice("abc") for _ in range(ROWS)],
    "label": [chance.randrange(2) for _ in range(ROWS)],
}


def vedette() -> None:
    """Compare two sets of columns."""
    import vedette as vd

    vd.compare(COLUMNS, COLUMNS, schema=vd.Schema(label="label")).to_dict()


def evidently() -> None:
    """Drift preset on two frames."""
    import pandas as pd
    from evidently import Report
    from evidently.presets import DataDriftPreset

    frame = pd.DataFrame(COLUMNS)
    Report([DataDriftPreset()]).run(frame, frame).dict()


def nannyml() -> None:
    """Univariate drift."""
    import nannyml as nml
    import pandas as pd

    frame = pd.DataFrame(COLUMNS)
    calculator = nml.UnivariateDriftCalculator(column_names=["age", "plan"], chunk_size=50)
    calculator.fit(frame).calculate(frame).to_df()


def whylogs() -> None:
    """Profile of a frame."""
    import pandas as pd
    import whylogs as why

    why.log(pd.DataFrame(COLUMNS)).view().to_pandas()


def deepchecks() -> None:
    """Drift of a feature between two frames."""
    import pandas as pd
    from deepchecks.tabular import Dataset
    from deepchecks.tabular.checks import FeatureDrift

    side = Dataset(pd.DataFrame(COLUMNS), label="label", cat_features=["plan"])
    FeatureDrift().run(side, side)


def tfdv() -> None:
    """Statistics of a frame."""
    import pandas as pd
    import tensorflow_data_validation as tfdv

    tfdv.generate_statistics_from_dataframe(pd.DataFrame(COLUMNS))


def alibi_detect() -> None:
    """Drift of two columns."""
    import numpy as np
    from alibi_detect.cd import TabularDrift

    values = np.column_stack([COLUMNS["age"], COLUMNS["label"]])
    TabularDrift(values, p_val=0.05).predict(values)


def river() -> None:
    """A detector fed with one column."""
    from river import drift

    detector = drift.ADWIN()
    for value in COLUMNS["age"]:
        detector.update(value)


FIRST_CALLS = {
    function.__name__.replace("_", "-"): function
    for function in (vedette, evidently, nannyml, whylogs, deepchecks, tfdv, alibi_detect, river)
}

if __name__ == "__main__":
    FIRST_CALLS[sys.argv[1]]()
