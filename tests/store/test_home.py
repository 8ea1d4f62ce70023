"""The home: its layout, one server at a time, local disks only."""

import subprocess
import sys
from pathlib import Path

import pytest

from vedette.errors import ConfigError, StateError
from vedette.store import home as homes
from vedette.store.home import Home, default_folder, file_system
from vedette.store.names import safe_name


def test_the_layout_is_made_and_private(tmp_path):
    with Home(tmp_path / "a" / "b") as home:
        assert (home.folder.stat().st_mode & 0o777) == 0o700
        assert {path.name for path in home.folder.iterdir()} >= {
            "spool",
            "lake",
            "baselines",
            "quarantine",
            "lock",
        }
        assert home.database == f"sqlite:///{home.folder}/meta.sqlite"


def test_a_second_server_is_told_who_holds_the_home(tmp_path):
    code = "import sys, pathlib; from vedette.store.home import Home; Home(pathlib.Path(sys.argv[1]))"
    with Home(tmp_path):
        done = subprocess.run(
            [sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=False
        )
        assert done.returncode == 1
        assert "store.home-in-use" in done.stderr
    assert subprocess.run([sys.executable, "-c", code, tmp_path], check=False).returncode == 0


def test_the_same_process_cannot_open_a_home_twice(tmp_path):
    with Home(tmp_path), pytest.raises(StateError) as refused:
        Home(tmp_path)
    assert refused.value.code == "store.home-in-use"
    Home(tmp_path).close()


def test_epochs_are_in_the_order_of_starts(tmp_path):
    epochs = []
    for _ in range(3):
        with Home(tmp_path) as home:
            epochs.append(home.epoch)
    assert epochs == sorted(set(epochs))


def test_the_longest_mount_decides_the_file_system(tmp_path):
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/x / ext4 rw 0 0\nserver:/v {tmp_path} nfs4 rw 0 0\nbroken line\n")
    assert file_system(tmp_path / "home", mounts) == "nfs4"
    assert file_system(Path("/elsewhere"), mounts) == "ext4"
    assert file_system(tmp_path, tmp_path / "missing") == ""


def test_a_network_file_system_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(homes, "file_system", lambda _: "nfs4")
    with pytest.raises(ConfigError) as refused:
        Home(tmp_path / "home")
    assert refused.value.code == "store.network-home"
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    "name", ["..", ".", "", "a/b", "../x", "a\\b", "a b", "<b>", "'; drop", "a\n", "\x00", "é", "a" * 121]
)
def test_names_that_are_no_folders_are_refused(name):
    with pytest.raises(ConfigError) as refused:
        safe_name("model", name)
    assert refused.value.code == "store.bad-name"


def test_the_default_folder_can_be_set(tmp_path, monkeypatch):
    monkeypatch.setenv("VEDETTE_HOME", str(tmp_path))
    assert default_folder() == tmp_path
