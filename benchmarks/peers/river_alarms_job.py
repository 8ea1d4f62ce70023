"""river's detectors on each number column row by row, standardised by the reference: ADWIN, PageHinkley, KSWIN.

The second argument is the detector, a third one ADWIN's delta.
"""

import sys
from math import isnan

import numpy as np
from alarms_base import read, write
from river import drift

reference, current, numbers, names = read()
kind = sys.argv[2]
delta = float(sys.argv[3]) if len(sys.argv) > 3 else 0.002
make = {
    "adwin": lambda: drift.ADWIN(delta=delta),
    "pagehinkley": drift.PageHinkley,
    "kswin": lambda: drift.KSWIN(seed=1),
}[kind]
alerts = np.zeros((numbers.max() + 1, len(names)), bool)
for j, name in enumerate(names):
    if name.startswith("c"):  # they follow a number
        continue
    values = ((current[name] - reference[name].mean()) / reference[name].std()).to_numpy()
    detector = make()
    for value, window in zip(values.tolist(), numbers.tolist(), strict=True):
        if isnan(value):
            continue
        detector.update(value)
        if detector.drift_detected:
            alerts[window, j] = True
write(alerts.astype(float), alerts)
