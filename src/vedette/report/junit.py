"""A report as JUnit XML: one test case a metric and column, failed by findings that call for action."""

from __future__ import annotations

from collections import defaultdict
from xml.etree import ElementTree as ET

from vedette.report.report import Report
from vedette.sentences.filling import span
from vedette.values import Finding


def to_junit(report: Report) -> str:
    """Return the XML text that build servers read."""
    by_case: dict[tuple[str, str | None], list[Finding]] = defaultdict(list)
    for finding in report.findings:
        by_case[finding.metric, finding.column].append(finding)
    blocks = [b for b in report.blocks if not b.dimension and not b.groups]
    cases = {(b.metric.key, b.metric.column): b for b in blocks}
    names = list(dict.fromkeys([*cases, *by_case]))
    failed = sum(any(f.level == "act" for f in by_case[name]) for name in names if name in by_case)
    suite = ET.Element(
        "testsuite", name=f"vedette {report.model}", tests=str(len(names)), failures=str(failed)
    )
    for metric, column in names:
        case = ET.SubElement(suite, "testcase", classname=clean(column or report.model), name=clean(metric))
        block = cases.get((metric, column))
        _tell(case, by_case.get((metric, column), []))
        if block is not None:
            ET.SubElement(case, "system-out").text = clean(
                span(block.current[0].spanned(), block.metric.unit, "en")
            )
    return ET.tostring(suite, encoding="unicode", xml_declaration=True)


def _tell(case: ET.Element, findings: list[Finding]) -> None:
    acts = [f for f in findings if f.level == "act"]
    if acts:
        failure = ET.SubElement(case, "failure", message=clean(acts[0].message))
        failure.text = "\n".join(clean(f.message) for f in findings)
    elif findings:
        ET.SubElement(case, "system-err").text = "\n".join(clean(f.message) for f in findings)


def clean(text: str) -> str:
    """Return the text without characters that XML cannot hold."""
    return "".join(
        c if c in "\t\n" or 0x20 <= ord(c) < 0xD800 or 0xE000 <= ord(c) < 0xFFFE else "�" for c in text
    )
