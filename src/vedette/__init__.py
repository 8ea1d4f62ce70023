"""vedette: watches a machine-learning model through its whole life.

>>> import vedette as vd
>>> report = vd.compare({"age": [31, 45, 27, 52] * 100}, {"age": [61, 75, 57, 82] * 100})
>>> report.ok
False
>>> report.findings[0].column
'age'
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vedette.diagnosis.disde import disde
    from vedette.diagnosis.slices import slices
    from vedette.engine.baseline import Baseline
    from vedette.engine.canary import canary
    from vedette.engine.label_next import estimate_from_sample, label_next
    from vedette.errors import VedetteError
    from vedette.logger.logger import Logger
    from vedette.model_monitor import ModelMonitor
    from vedette.monitor import Monitor
    from vedette.report.report import Report
    from vedette.run import compare, replay
    from vedette.schema import Schema
    from vedette.values import Estimate, Finding, Segment, Window

__version__ = "0.1.0"

#: Public name -> module that defines it; imported on first use, so that ``import vedette`` costs milliseconds.
_HOME = {
    "Baseline": "vedette.engine.baseline",
    "Estimate": "vedette.values",
    "Finding": "vedette.values",
    "Logger": "vedette.logger.logger",
    "ModelMonitor": "vedette.model_monitor",
    "Monitor": "vedette.monitor",
    "Report": "vedette.report.report",
    "Schema": "vedette.schema",
    "Segment": "vedette.values",
    "VedetteError": "vedette.errors",
    "Window": "vedette.values",
    "canary": "vedette.engine.canary",
    "compare": "vedette.run",
    "disde": "vedette.diagnosis.disde",
    "estimate_from_sample": "vedette.engine.label_next",
    "label_next": "vedette.engine.label_next",
    "replay": "vedette.run",
    "slices": "vedette.diagnosis.slices",
}

__all__ = [
    "Baseline",
    "Estimate",
    "Finding",
    "Logger",
    "ModelMonitor",
    "Monitor",
    "Report",
    "Schema",
    "Segment",
    "VedetteError",
    "Window",
    "__version__",
    "canary",
    "compare",
    "disde",
    "estimate_from_sample",
    "label_next",
    "replay",
    "slices",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'vedette' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
