"""A backup restores to the same home, whole or not at all."""

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from vedette.errors import StateError
from vedette.store import backup as module
from vedette.store import settings, windows
from vedette.store.backup import backup, check, restore
from vedette.store.database import Database
from vedette.store.windows import StoredWindow


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "home"
    for name in ("spool/a/1.arrow", "baselines/h.baseline", "lock", "spool/a/2.arrow.tmp"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    for i in range(3):
        rows = pa.table({"x": [i, i]})
        write_deltalake(str(folder / "lake" / "flights" / "predictions"), rows, mode="append")
    return folder


@pytest.fixture
def opened(home):
    database = Database(home / "meta.sqlite")
    with database.write() as tx:
        settings.put(tx, "language", "zh", at=0, author="ada")
    yield database
    database.close()


def test_a_restored_home_is_the_same(home, opened, tmp_path):
    backup(opened, home, tmp_path / "copy", at=1)
    manifest = restore(tmp_path / "copy", tmp_path / "new")
    new = tmp_path / "new"
    assert DeltaTable(str(new / "lake/flights/predictions")).to_pyarrow_table()["x"].to_pylist().count(2) == 2
    assert (new / "spool/a/1.arrow").read_bytes() == b"spool/a/1.arrow"
    assert not (new / "lock").exists()
    assert not (new / "spool/a/2.arrow.tmp").exists()
    assert "baselines/h.baseline" in manifest.files
    database = Database(new / "meta.sqlite")
    with database.read() as tx:
        assert settings.get(tx, "language") == "zh"
    database.close()


def test_what_is_evaluated_meanwhile_is_evaluated_again(home, opened, tmp_path):
    with opened.write() as tx:
        windows.put(tx, [StoredWindow("flights", "7", i, i + 1, "", evaluated_at=i) for i in (5, 10, 15)])
    backup(opened, home, tmp_path / "copy", at=10)
    copied = Database(tmp_path / "copy" / "meta.sqlite")
    with copied.read() as tx:
        assert [one.start for one in windows.dirty(tx)] == [10, 15]
    copied.close()
    with opened.read() as tx:
        assert windows.dirty(tx) == []


def test_an_open_write_is_not_in_the_backup(home, opened, tmp_path):
    with opened.write() as tx:
        settings.put(tx, "half", 1, at=0, author="ada")
        manifest = backup(opened, home, tmp_path / "copy", at=1)
    restore(tmp_path / "copy", tmp_path / "new")
    assert manifest == check(tmp_path / "copy")
    database = Database(tmp_path / "new" / "meta.sqlite")
    with database.read() as tx:
        assert settings.listing(tx) == {"language": "zh"}
    database.close()


def test_a_file_that_goes_away_meanwhile_is_left_out(home, opened, tmp_path, monkeypatch):
    copy = module._copy

    def vanishing(source, target):
        if source.suffix == ".arrow":
            raise FileNotFoundError(source)
        return copy(source, target)

    monkeypatch.setattr(module, "_copy", vanishing)
    assert "spool/a/1.arrow" not in backup(opened, home, tmp_path / "copy", at=1).files


def test_nothing_is_overwritten(home, opened, tmp_path):
    backup(opened, home, tmp_path / "copy", at=1)
    for act in (
        lambda: backup(opened, home, tmp_path / "copy", at=2),
        lambda: restore(tmp_path / "copy", home),
    ):
        with pytest.raises(StateError) as error:
            act()
        assert error.value.code == "store.folder-not-empty"


@pytest.mark.parametrize("damage", ["change", "remove", "manifest", "outside"])
def test_a_damaged_backup_restores_nothing(home, opened, tmp_path, damage):
    copy = tmp_path / "copy"
    backup(opened, home, copy, at=1)
    match damage:
        case "change":
            (copy / "baselines/h.baseline").write_bytes(b"other")
        case "remove":
            (copy / "spool/a/1.arrow").unlink()
        case "manifest":
            (copy / "manifest.json").write_text("{")
        case "outside":
            text = (copy / "manifest.json").read_text()
            (copy / "manifest.json").write_text(text.replace("spool/a/1.arrow", "../home/spool/a/1.arrow"))
    with pytest.raises(StateError) as error:
        restore(copy, tmp_path / "new")
    assert error.value.code == "store.damaged-backup"
    assert list((tmp_path / "new").iterdir()) == []


def test_a_database_on_a_server_is_left_to_its_own_tools(home, postgres, tmp_path):
    database = Database(postgres)
    manifest = backup(database, home, tmp_path / "copy", at=1)
    database.close()
    assert manifest.database == "postgresql"
    assert "meta.sqlite" not in manifest.files
