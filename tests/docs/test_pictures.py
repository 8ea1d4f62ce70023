"""Pictures of the pages: drawn from their examples, described for who cannot see them, small, all of them used."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
SHOWN = re.compile(r"!\[([^\]]*)\]\(images/([\w-]+)\.svg\)\n\n\*(What to see: [^*]+)\*")
SCREEN = re.compile(r"!\[([^\]]*)\]\((?:docs/)?images/([\w.-]+)\.png\)")


@pytest.fixture(scope="module")
def tool():
    yield from loaded("pictures")


@pytest.fixture(scope="module")
def screens():
    yield from loaded("screens")


def loaded(name):
    sys.path.insert(0, str(ROOT / "tools"))
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    sys.path.remove(str(ROOT / "tools"))


def test_every_picture_is_drawn_by_the_tool(tool):
    assert {path.stem for path in (DOCS / "images").glob("*.svg")} == set(tool.PICTURES)


def test_every_picture_is_shown_described_and_explained_on_its_page(tool):
    for name in tool.PICTURES:
        found = SHOWN.findall((DOCS / f"{name}.md").read_text("utf-8"))
        assert [image for _, image, _ in found] == [name]
        described, _, explained = found[0]
        assert len(described) > 60, name
        assert len(explained) > 60, name
        assert (DOCS / "images" / f"{name}.svg").stat().st_size <= tool.LIMIT


def test_drawing_again_gives_the_same_picture(tool):
    """Seeded: one picture, twice, byte for byte."""
    page = tool.names_of("promise")
    first, second = (tool.picture(tool.promise(page)) for _ in range(2))
    assert first == second
    assert "dated back to 60" in first


def test_every_screen_is_taken_by_the_tool_shown_and_small(screens):
    taken = {path.stem: path for path in (DOCS / "images").glob("*.png")}
    assert set(taken) == {screen.name for screen in screens.SCREENS}
    pages = [*ROOT.glob("README*.md"), *DOCS.glob("*.md")]
    shown = [found for page in pages for found in SCREEN.findall(page.read_text("utf-8"))]
    assert sorted(name for _, name in shown) == sorted(taken)
    assert all(len(described) > 30 for described, _ in shown)
    for path in taken.values():
        assert path.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
        assert int.from_bytes(path.read_bytes()[16:20]) == screens.WIDTH
        assert path.stat().st_size <= screens.LIMIT


def test_who_holds_a_home_is_ended_and_waited_for(screens, tmp_path):
    """By the number in the lock, as the demo's server is; nobody is ended of a home that is free."""
    held = """if True:
        import pathlib, signal, sys
        from vedette.store.home import Home
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
        home = Home(pathlib.Path(sys.argv[1]))
        print("held", flush=True)
        signal.pause()"""
    with subprocess.Popen(
        [sys.executable, "-c", held, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout.readline() == "held\n"
        screens.release(tmp_path)
        assert holder.wait() == 7
    (tmp_path / "lock").write_text(str(os.getpid()))
    screens.release(tmp_path)
