"""Whether `pip install vedette` needs a compiler anywhere: every dependency, every Python, every platform.

pip itself resolves for each target with source distributions forbidden; nothing is downloaded but metadata.
It reads environment markers as of the machine it runs on, so a dependency of one platform alone (tzdata on
Windows) is not among the packages counted here.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1] / "pyproject.toml"
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
#: name -> platform tags; pip expands macOS tags to older ones by itself, manylinux tags it does not
PLATFORMS = {
    "Linux x86_64": [f"manylinux_2_{minor}_x86_64" for minor in (28, 27, 26, 24, 17, 12, 5)],
    "Linux aarch64": [f"manylinux_2_{minor}_aarch64" for minor in (28, 27, 26, 24, 17)],
    "macOS arm64": ["macosx_14_0_arm64"],
    "Windows amd64": ["win_amd64"],
}
#: reported, not promised: packages stop building for Intel Macs one by one
EXTRA = {"macOS x86_64": ["macosx_14_0_x86_64"]}
Answer = dict[str, str] | str  # package -> version, or what pip said


def main() -> int:
    """Print one row a platform and one column a Python; 1 when a promised cell is empty."""
    required = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["dependencies"]
    cells = [(platform, python) for platform in PLATFORMS | EXTRA for python in PYTHONS]
    with ThreadPoolExecutor(2) as pool:
        answers = dict(zip(cells, pool.map(lambda cell: resolve(required, *cell), cells), strict=True))
    print(f"  {'wheels found':<16}" + "".join(f"{python:>8}" for python in PYTHONS))
    for platform in PLATFORMS | EXTRA:
        counts = [len(a) if isinstance(a := answers[platform, p], dict) else "none" for p in PYTHONS]
        note = "   not promised" if platform in EXTRA else ""
        print(f"  {platform:<16}" + "".join(f"{count:>8}" for count in counts) + note)
    failed = {cell: answer for cell, answer in answers.items() if isinstance(answer, str)}
    for (platform, python), why in failed.items():
        print(f"  {platform}, Python {python}: {why}")
    releases(answers)
    return int(any(platform in PLATFORMS for platform, _ in failed))


def resolve(required: list[str], platform: str, python: str) -> Answer:
    """Return the versions pip would install on a platform that is not ours, or its last word."""
    tags = [flag for tag in (PLATFORMS | EXTRA)[platform] for flag in ("--platform", tag)]
    with tempfile.TemporaryDirectory() as target:
        command = [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
            *("--dry-run", "--ignore-installed", "--only-binary=:all:", "--target", target),
            *("--python-version", python, *tags, "--report", "-", *required),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return next((line for line in done.stderr.splitlines()[::-1] if "ERROR" in line), done.stderr[-200:])
    found = [package["metadata"] for package in json.loads(done.stdout)["install"]]
    return {package["name"]: package["version"] for package in found}


def releases(answers: dict[tuple[str, str], Answer]) -> None:
    """Print the packages whose newest version is not the one every target gets."""
    versions: dict[str, dict[str, list[str]]] = {}
    for (platform, python), answer in answers.items():
        for package, version in answer.items() if isinstance(answer, dict) else ():
            versions.setdefault(package, {}).setdefault(version, []).append(f"{platform} {python}")
    for package, where in sorted(versions.items()):
        if len(where) > 1:
            most = max(where, key=lambda version: len(where[version]))
            odd = "; ".join(f"{v} on {', '.join(w)}" for v, w in where.items() if v != most)
            print(f"  {package} {most}, but {odd}")


if __name__ == "__main__":
    sys.exit(main())
