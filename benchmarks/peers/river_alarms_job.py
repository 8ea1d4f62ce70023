"""river's detectors on each number column row by row, standardised by the reference: ADWIN, PageHinkley, KSWIN.

The second argument is the detector. ADWIN is asked at its default delta, which says whether it alarms, and at smaller
ones: its score is the number of digits of the smallest at which it still does, so that it can be compared at a run
length of one's choice. The others have no such setting.
"""

import sys
from math import isnan, log10

import numpy as np
from alarms_base import read, write
from river import drift

reference, current, numbers, names = read()
kind = sys.argv[2]
DELTAS = (0.002, 1e-4, 1e-6, 1e-8, 1e-11, 1e-15)
settings = {
    "adwin": [(-log10(delta), lambda delta=delta: drift.ADWIN(delta=delta)) for delta in DELTAS],
    "pagehinkley": [(1.0, drift.PageHinkley)],
    "kswin": [(1.0, lambda: drift.KSWIN(seed=1))],
}[kind]
scores = np.zeros((numbers.max() + 1, len(names)))
alerts = scores.astype(bool)
for j, name in enumerate(names):
    if name.startswith("c"):  # they follow a number
        continue
    values = ((current[name] - reference[name].mean()) / reference[name].std()).to_numpy()
    for score, make in settings:
        detector = make()
        for value, window in zip(values.tolist(), numbers.tolist(), strict=True):
            if isnan(value):
                continue
            detector.update(value)
            if detector.drift_detected:
                scores[window, j] = max(scores[window, j], score)
                alerts[window, j] |= score == settings[0][0]
write(scores, alerts)
