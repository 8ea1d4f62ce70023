"""What an operator does to a home from the command line, with and without a server beside it."""

import sys

import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from vedette.cli.main import main
from vedette.server.access import passwords
from vedette.server.access.keys import Keys
from vedette.server.ingest.service import IngestService
from vedette.store import accounts, audit
from vedette.store.database import Database
from vedette.store.home import Home

PASSWORD = "correct horse battery"
NOON = "2024-03-01T12:00:00Z"


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    """Return a function that runs a command line on one home: exit code, standard output, standard error."""
    monkeypatch.setenv("VEDETTE_HOME", str(tmp_path / "home"))

    def command(line, typed=""):
        monkeypatch.setattr(sys, "stdin", iter_lines(typed))
        with pytest.raises(SystemExit) as ended:
            main(line.split())
        out, err = capsys.readouterr()
        return ended.value.code or 0, out, err

    return command


class iter_lines:  # noqa: N801 - a standard input of one line
    def __init__(self, line):
        self.line = line

    def readline(self):
        return self.line


@pytest.fixture
def home(tmp_path):
    """Return a home that a server has open: two rows of a model in the lake, one labelled."""
    with Home(tmp_path / "home") as found:
        service = IngestService(found, committed=lambda _: None, profiles=lambda _: None)
        rows = [{"id": "a", "x": 1.0, "time": NOON, "score": 0.2}, {"id": "b", "x": 2.0, "time": NOON}]
        sender = service.intake.sender(None)
        taken = [service.intake.rows("flights", "predictions", rows, sender)]
        taken.append(service.intake.rows("flights", "labels", [{"id": "a", "label": 1}], sender))
        service.start()
        assert all(receipt.stored.result(10) for receipt in taken)
        service.stop()
        yield found


@pytest.fixture
def database(home):
    found = Database(home.database)
    yield found
    found.close()


def test_a_backup_beside_a_server_is_verified_and_restored(run, database, home, tmp_path):
    assert run("user add ada --admin --stdin", PASSWORD)[0] == 0
    code, out, _ = run(f"home backup {tmp_path / 'copy'}")
    assert (code, "files copied" in out) == (0, True)
    code, out, _ = run(f"home verify {tmp_path / 'copy'}")
    assert code == 0
    assert "1 lines of the audit log, unbroken" in out
    assert run(f"home verify {tmp_path / 'copy'}")[0] == 0  # looking changed nothing
    assert run(f"home restore {tmp_path / 'copy'} --home {tmp_path / 'new'}")[0] == 0
    assert "ada" in run(f"user list --home {tmp_path / 'new'}")[1]
    code, _, err = run(f"home restore {tmp_path / 'copy'}")
    assert (code, "[store.folder-not-empty]" in err) == (2, True)


def test_a_backup_with_a_changed_file_is_refused(run, database, tmp_path):
    run(f"home backup {tmp_path / 'copy'}")
    victim = next((tmp_path / "copy" / "lake").rglob("*.parquet"))
    victim.write_bytes(victim.read_bytes()[:-1] + b"!")
    for command in ("verify", "restore --home " + str(tmp_path / "new")):
        name, *more = command.split()
        code, _, err = run(f"home {name} {tmp_path / 'copy'} {' '.join(more)}")
        assert code == 2
        assert "[store.damaged-backup]" in err
        assert victim.name in err


def test_a_backup_into_the_home_is_refused(run, home):
    code, _, err = run(f"home backup {home.folder / 'copies'}")
    assert (code, "lies within the home" in err) == (2, True)


def test_a_changed_audit_log_is_told(run, database):
    run("user add ada --admin --stdin", PASSWORD)
    run("key add ci")
    code, out, _ = run("home verify")
    assert (code, "2 lines of the audit log" in out) == (0, True)
    head = out.split()[-1]
    assert run(f"home verify --head {head}")[0] == 0
    assert run(f"home verify --head {'f' * 64}")[0] == 1
    with database.write() as tx:
        tx.exec_driver_sql("DROP TRIGGER audit_no_update")
        tx.exec_driver_sql("UPDATE audit SET actor = 'nobody' WHERE seq = 1")
    code, out, _ = run("home verify")
    assert (code, "BROKEN at line 1" in out) == (1, True)


def test_export_writes_parquet_beside_a_server(run, home, tmp_path):
    code, out, _ = run(f"home export flights {tmp_path / 'out'}")
    assert (code, "2 rows of predictions" in out, "1 rows of labels" in out) == (0, True, True)
    rows = ds.dataset(tmp_path / "out" / "predictions", format="parquet", partitioning="hive").to_table()
    assert sorted(rows["vd_id"].to_pylist()) == ["a", "b"]
    assert set(rows["vd_day"].to_pylist()) == {"2024-03-01"}
    assert run(f"home export flights {tmp_path / 'out'}")[0] == 2  # nothing is written over


def test_export_of_a_time_joins_the_labels(run, home, tmp_path):
    code, out, _ = run(f"home export flights {tmp_path / 'march'} --from 2024-03-01 --to 2024-03-02")
    assert (code, "2 rows" in out) == (0, True)
    rows = pq.read_table(tmp_path / "march" / "joined.parquet").to_pylist()
    assert {row["vd_id"]: row["vd_label"] for row in rows} == {"a": 1.0, "b": None}
    run(f"home export flights {tmp_path / 'april'} --from 2024-04-01 --to 2024-04-02")
    assert pq.read_table(tmp_path / "april" / "joined.parquet").num_rows == 0
    assert run(f"home export flights {tmp_path / 'half'} --from 2024-04-01")[0] == 2


def test_export_of_an_unknown_model_is_one_line(run, home, tmp_path):
    code, _, err = run(f"home export fligths {tmp_path / 'out'}")
    assert (code, "[store.unknown-model]" in err, "flights" in err) == (2, True, True)
    assert not (tmp_path / "out").exists()


def test_a_user_is_made_changed_and_let_in_no_more(run, database):
    assert run("user add Ada --admin --stdin", PASSWORD)[1] == "Made user ada, an administrator.\n"
    assert run("user add grace --sso --role air=editor --role sea=viewer")[0] == 0
    assert run("user password ADA --stdin", "another long password")[0] == 0
    assert run("user remove grace")[0] == 0
    with database.read() as tx:
        ada, grace = accounts.all_users(tx)
        assert passwords.right(ada.password, "another long password")
        assert not passwords.right(ada.password, PASSWORD)
        assert (grace.password, grace.disabled) == (None, True)
        assert accounts.roles(tx, grace.id) == {"air": "editor", "sea": "viewer"}
        lines = audit.listing(tx)
    assert [line.action for line in lines] == ["user.change", "user.password", "user.add", "user.add"]
    assert all(line.actor.startswith("command line: ") for line in lines)
    listed = run("user list")[1]
    assert "administrator" in listed
    assert "air=editor, sea=viewer, not let in" in listed


@pytest.mark.parametrize(
    ("line", "typed", "told"),
    [
        ("user add ada --stdin", "short", "access.weak-password"),
        ("user password bob --stdin", PASSWORD, "cli.unknown-user"),
        ("user remove root", "", "access.last-admin"),
        ("user add bob --sso --role air=king", "", "PROJECT=ROLE"),
        ("key add ci --scope everything", "", "access.bad-scope"),
        ("key revoke nothing", "", "access.unknown-key"),
        ("user list --home nowhere", "", "cli.no-home"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(run, database, line, typed, told):
    run("user add root --admin --stdin", PASSWORD)
    code, _, err = run(line, typed)
    assert (code, told in err) == (2, True)
    assert "Traceback" not in err


def test_a_key_works_until_it_is_revoked(run, database):
    text = run("key add ci --scope ingest --scope read --project air --days 30")[1].strip()
    found = Keys(database).who(text, at=1)
    assert found.may("ingest", "air")
    assert not found.may("write", "air")
    assert not found.may("read", "sea")
    number = text.split("_")[1]
    assert number in run("key list")[1]
    assert run(f"key revoke {number}")[0] == 0
    assert run("key list")[1] == ""
    assert "revoked" in run("key list --all")[1]
    with pytest.raises(Exception, match="revoked"):
        Keys(database).who(text, at=2)
    assert text.split("_")[2] not in run("key list --all")[1]
