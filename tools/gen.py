"""Pages that the code writes: a page for each metric, and the table of what is measured in both READMEs.

With ``--check`` nothing is written and a stale page is a failure.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from vedette import registry

ROOT = Path(__file__).resolve().parents[1]
PAGES = ROOT / "docs" / "metrics"
#: README -> heading of the table and the words for each family, in the order of the table
READMES = {
    "README.md": (
        "| | metrics |",
        {
            "quality": "Data quality",
            "drift": "Drift",
            "classification": "Classification",
            "regression": "Regression",
            "ranking": "Ranking",
            "calibration": "Calibration",
            "fairness": "Fairness",
            "estimated": "Estimated without labels",
        },
    ),
    "README.zh-CN.md": (
        "| | 指标 |",
        {
            "quality": "数据质量",
            "drift": "漂移",
            "classification": "分类",
            "regression": "回归",
            "ranking": "排序",
            "calibration": "校准",
            "fairness": "公平性",
            "estimated": "无标签估计",
        },
    ),
}
BEGIN, END = "<!-- begin generated: metrics -->\n", "<!-- end generated: metrics -->"


def main() -> int:
    """Write the pages, or with ``--check`` name those that differ; 1 when one is stale."""
    wanted = dict(pages())
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text]
    left = [path for path in PAGES.glob("*.md") if path not in wanted]
    if "--check" in sys.argv:
        for path in [*stale, *left]:
            print(f"  {path.relative_to(ROOT)} is stale. Run: make gen")
        return int(bool(stale or left))
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[path], encoding="utf-8")
    for path in left:
        path.unlink()
    print(f"  {len(wanted)} pages, {len(stale)} written, {len(left)} removed")
    return 0


def pages() -> Iterator[tuple[Path, str]]:
    """Yield every generated file with the text it must have."""
    families: dict[str, list[str]] = {}
    for name in registry.names("metric"):
        families.setdefault(registry.family("metric", name), []).append(name)
    families.pop("plugin", None)  # what else is installed here is not ours to document
    order = list(READMES["README.md"][1])
    families = dict(sorted(families.items(), key=lambda pair: (*order, pair[0]).index(pair[0])))
    metrics = {name: registry.load("metric", name) for names in families.values() for name in names}
    for name, metric in metrics.items():
        yield PAGES / f"{name}.md", page(name, metric)
    yield PAGES / "README.md", index(families, metrics)
    for readme, (heading, words) in READMES.items():
        path = ROOT / readme
        if path.exists():
            yield path, filled(path.read_text("utf-8"), table(families, heading, words), path)


def page(name: str, metric: Any) -> str:
    """Return the page of one metric: its docstring with the facts of its class."""
    summary, _, rest = inspect.getdoc(metric).partition("\n\n")
    low, high = metric.range
    facts = [
        ("Name", f"`{name}`"),
        ("Family", registry.family("metric", name)),
        ("Unit", metric.unit or "none (a pure number)"),
        ("Range", f"{low:g} to {high:g}"),
        ("Better", metric.better),
        ("One for each", {"column": f"column ({', '.join(metric.kinds)})"}.get(metric.scope, metric.scope)),
        ("Tasks", ", ".join(metric.tasks) or "all"),
        ("Compares with a reference", "yes" if metric.compares else "no"),
        ("Shown unasked", "yes" if metric.default else "no"),
        ("Parameters", ", ".join(parameters(metric)) or "none"),
    ]
    lines = [f"# {metric.title[0].upper()}{metric.title[1:]}", "", summary, "", "| | |", "|---|---|"]
    lines += [f"| {fact} | {value} |" for fact, value in facts]
    return "\n".join([*lines, "", markdown(rest)]).rstrip() + "\n"


def parameters(metric: Any) -> list[str]:
    """Return the parameters with their defaults."""
    fields = [field for field in msgspec.structs.fields(metric) if field.name != "column"]
    return [f"`{field.name}={field.default!r}`" for field in fields]


def markdown(docstring: str) -> str:
    """Return numpydoc as Markdown: sections as headings, entries as list items, examples as code."""
    headed = re.sub(r"^(\w[\w ]*)\n-{3,}$", r"## \1\n", docstring, flags=re.MULTILINE)
    listed = re.sub(r"^(?![ >#])(.+)\n {4}(?! )", r"- **\1** — ", headed, flags=re.MULTILINE)
    literal = re.sub(r"^ {4}(?! )", "  ", listed, flags=re.MULTILINE).replace("``", "`")
    return re.sub(r"(^>>> .*?)(?=\n\n|\Z)", r"```pycon\n\1\n```", literal, flags=re.MULTILINE | re.DOTALL)


def index(families: dict[str, list[str]], metrics: dict[str, Any]) -> str:
    """Return the page that lists all metrics."""
    lines = ["# Metrics", "", "Written by `make gen` from the classes in `src/vedette/metrics`.", ""]
    for family, names in families.items():
        lines += [f"## {family}", "", "| name | is | range | better |", "|---|---|---|---|"]
        for name in names:
            metric = metrics[name]
            low, high = metric.range
            lines.append(
                f"| [`{name}`]({name}.md) | {metric.title} | {low:g} to {high:g} | {metric.better} |"
            )
        lines.append("")
    return "\n".join(lines)


def table(families: dict[str, list[str]], heading: str, words: dict[str, str]) -> str:
    """Return the README's table: a row a family."""
    rows = [heading, "|---|---|"]
    for family, members in families.items():
        names = " ".join(f"[`{name}`](docs/metrics/{name}.md)" for name in members)
        rows.append(f"| {words.get(family, family)} | {names} |")
    return "\n".join(rows) + "\n"


def filled(text: str, generated: str, path: Path) -> str:
    """Return a page with the part between the two marks replaced."""
    if BEGIN not in text or END not in text:
        sys.exit(f"{path.name} has no place for the table. It needs the lines\n{BEGIN}{END}")
    before, _, rest = text.partition(BEGIN)
    return before + BEGIN + generated + END + rest.partition(END)[2]


if __name__ == "__main__":
    sys.exit(main())
