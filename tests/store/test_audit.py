"""The audit log shows what was changed behind its back, and the databases refuse most of it."""

import pytest
import sqlalchemy as sa

from vedette.store import audit
from vedette.store.tables import audit as table


@pytest.fixture
def written(database):
    with database.write() as tx:
        for i in range(5):
            audit.append(
                tx, "monitor.save", at=i, actor="ada", subject=f"model {i}", details={"b": 1, "a": [i]}
            )
    return database


def unguarded(database, statement):
    """Change the log as somebody with the file in hands could."""
    with database.write() as tx:
        if database.is_sqlite:
            tx.execute(sa.text("DROP TRIGGER audit_no_UPDATE"))
            tx.execute(sa.text("DROP TRIGGER audit_no_DELETE"))
        else:
            tx.execute(sa.text("DROP TRIGGER audit_no_change ON audit"))
        tx.execute(statement)


def verdict(database, head=None):
    with database.read() as tx:
        return audit.verify(tx, head)


def test_an_empty_log_is_whole(database):
    assert verdict(database) == audit.Verdict(0, audit.ROOT)


def test_a_log_as_it_was_written_is_whole(written):
    with written.read() as tx:
        lines = audit.listing(tx)
        older = audit.listing(tx, before=4, limit=2)
        about = audit.listing(tx, subject="model 3")
    assert verdict(written) == audit.Verdict(5, lines[0].hash)
    assert [line.seq for line in lines] == [5, 4, 3, 2, 1]
    assert [line.seq for line in older] == [3, 2]
    assert [line.details for line in about] == ['{"a":[3],"b":1}']


@pytest.mark.parametrize("text", ["nul \x00 byte", "lone \ud800 surrogate", '"quotes" \\ 中文'])
def test_text_that_no_database_keeps_does_not_break_the_chain(database, text):
    with database.write() as tx:
        audit.append(tx, text, at=0, actor=text, subject=text, details={"x": text.replace("\ud800", "")})
    assert verdict(database)


@pytest.mark.parametrize(
    "statement",
    [sa.update(table).values(actor="nobody"), sa.delete(table).where(table.c.seq == 2)],
    ids=["update", "delete"],
)
def test_the_database_refuses_changes(written, statement):
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), written.write() as tx:
        tx.execute(statement)
    assert verdict(written)


@pytest.mark.parametrize(
    "change", [{"actor": "eve"}, {"at": 99}, {"details": "{}"}, {"hash": "f" * 64}, {"previous": "0" * 64}]
)
def test_a_changed_line_is_found(written, change):
    unguarded(written, sa.update(table).where(table.c.seq == 3).values(change))
    assert verdict(written).broken == 3
    assert not verdict(written)


@pytest.mark.parametrize("seq", [1, 3])
def test_a_missing_line_is_found(written, seq):
    unguarded(written, sa.delete(table).where(table.c.seq == seq))
    assert verdict(written).broken == seq


def test_a_line_rewritten_with_its_hash_breaks_the_next(written):
    with written.read() as tx:
        line = audit.listing(tx, before=4, limit=1)[0]
    import msgspec

    forged = msgspec.structs.replace(line, actor="eve")
    values = {"actor": "eve", "hash": audit.digest(forged)}
    unguarded(written, sa.update(table).where(table.c.seq == 3).values(values))
    assert verdict(written).broken == 4


def test_lines_cut_off_the_end_show_only_against_a_head_noted_before(written):
    head = verdict(written).head
    assert verdict(written, head)
    unguarded(written, sa.delete(table).where(table.c.seq > 3))
    assert verdict(written)
    assert verdict(written, head).broken == 4
