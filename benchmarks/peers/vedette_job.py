"""vedette: one comparison of the two files, read included, as a dictionary."""

import sys

from columns import ID, LABEL, PREDICTION, SCORE, SEGMENT, TIME
from stages import Stages

stages = Stages()
with stages("import"):
    import vedette as vd

    vd.compare  # noqa: B018 (public names are imported on first use; the peers' call does not hold imports either)

with stages("call"):
    schema = vd.Schema(id=ID, time=TIME, score=SCORE, prediction=PREDICTION, label=LABEL, segments=[SEGMENT])
    report = vd.compare(sys.argv[1], sys.argv[2], schema=schema)
    found = report.to_dict()

stages.report("vedette", estimates=len(found["estimates"]), findings=len(found["findings"]))
