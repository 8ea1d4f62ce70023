"""How long a server keeps things: what the command line and the environment say reaches its settings."""

import pytest
from click.testing import CliRunner

from vedette.cli.serve import serve
from vedette.server import serve as server
from vedette.server.upkeep import Keeping
from vedette.store.upkeep import Retention


@pytest.fixture
def started(monkeypatch, tmp_path):
    """Return a function that runs `vedette serve` up to where it would listen, and gives back its settings."""
    caught = []
    monkeypatch.setattr(server, "serve", lambda settings, **_: caught.append(settings))

    def run(*options, **environment):
        done = CliRunner().invoke(serve, ["--home", str(tmp_path), *options], env=environment)
        return done, caught.pop() if caught else None

    return run


def test_usually_only_what_was_refused_and_what_was_told_is_forgotten(started):
    _, settings = started()
    assert settings.retention == Retention()
    assert settings.keeping == Keeping()


def test_each_class_has_its_time(started):
    _, settings = started(
        "--keep-rows", "90d", "--keep-states", "2y", "--keep-numbers", "12w", "--keep-quarantine", "forever",
        VEDETTE_KEEP_MESSAGES="7d",
    )  # fmt: skip
    assert settings.retention == Retention(predictions=90, labels=90, feedback=90, quarantine=None)
    assert settings.keeping == Keeping(states=730, series=84, deliveries=7)


@pytest.mark.parametrize("text", ["0d", "ninety days", "-1d", "90", "1.5y", "٣d"])
def test_what_is_no_time_is_refused_with_an_example(started, text):
    done, settings = started("--keep-rows", text)
    assert settings is None
    assert done.exit_code == 2
    assert "write 90d, 12w, 2y or forever" in " ".join(done.output.split())
