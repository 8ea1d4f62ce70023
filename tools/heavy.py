"""Where each third-party package may be named: a table, and the places that break it."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[1] / "src" / "vedette"
EVERYWHERE = [""]
#: package -> prefixes of the paths below src/vedette that may import it. A package that is not here is an
#: error: adding one is a decision that the diff of this file shows. pandas is absent for good: frames arrive
#: through narwhals or `__arrow_c_stream__`.
PLACES = {
    "numpy": EVERYWHERE,
    "msgspec": EVERYWHERE,
    "scipy": EVERYWHERE,
    "pyarrow": [
        *(
            "batch.py",
            "hashing.py",
            "instants.py",
            "numeric.py",
            "predicate.py",
            "spelling.py",
        ),  # what an entry is
        *("summaries/fourier.py", "cli/label_next.py"),  # vectors of a column; rows written back as they came
        *("sources/", "store/", "engine/", "logger/", "server/", "model_monitor.py", "testing/", "demo/"),
    ],
    "narwhals": ["sources/"],
    "altair": ["views/"],
    "vl_convert": ["views/"],
    "click": ["cli/"],
    "rich": ["cli/", "report/", "views/terminal.py"],
    "sklearn": ["demo/", "diagnosis/", "columns/"],
    "sqlalchemy": ["store/"],
    "psycopg": ["store/"],
    "deltalake": ["store/"],
    "litestar": ["server/"],
    "uvicorn": ["server/"],
    "jinja2": ["server/"],
    "markupsafe": ["server/"],  # comes with jinja2
    "prometheus_client": ["server/operations/"],
    "argon2": ["server/access/"],
    "jwt": ["server/access/"],
    "httpx": ["sinks/", "server/", "logger/"],
    "threadpoolctl": ["demo/", "diagnosis/"],  # comes with scikit-learn
    "hypothesis": ["testing/"],
}


def main() -> int:
    """Print each import that stands outside its place."""
    wrong = [
        f"  src/vedette/{path.relative_to(HOUSE).as_posix()}:{line}: {package} belongs in {places(package)}"
        for path in sorted(HOUSE.rglob("*.py"))
        for package, line in foreign(ast.parse(path.read_text(encoding="utf-8")))
        if not path.relative_to(HOUSE).as_posix().startswith(tuple(PLACES.get(package, ())))
    ]
    print("\n".join(wrong) if wrong else f"  {len(PLACES)} packages, each in its place")
    return int(bool(wrong))


def places(package: str) -> str:
    """Return where `package` may stand, as people read it."""
    return ", ".join(PLACES[package]) if package in PLACES else "no file of src (see tools/heavy.py)"


def foreign(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Yield the third-party packages that a module names, with the line."""
    for node in ast.walk(tree):
        for name in imported(node):
            package = name.split(".")[0]
            if package not in sys.stdlib_module_names and package != "vedette":
                yield package, node.lineno


def imported(node: ast.AST) -> list[str]:
    """Return the modules that one node imports, by statement or by `import_module("...")`."""
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module=str(module), level=0):
            return [module]
        case ast.Call(func=ast.Attribute(attr="import_module"), args=[ast.Constant(value=str(module)), *_]):
            return [module]
        case _:
            return []


if __name__ == "__main__":
    sys.exit(main())
