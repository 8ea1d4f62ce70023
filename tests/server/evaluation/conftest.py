"""A server without a server: a database, a baseline, rows that come when a test says so, and a clock that it holds."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from litestar import Litestar

from vedette.engine.baseline import Baseline
from vedette.monitor import Monitor
from vedette.schema import Schema
from vedette.server.api.desk import Desk
from vedette.server.api.routes import api_router
from vedette.server.evaluation.baselines import Baselines
from vedette.server.evaluation.library import Library
from vedette.server.evaluation.loop import Loop
from vedette.server.evaluation.marking import Marking, mark_all
from vedette.store import models, monitors
from vedette.store.database import Database
from vedette.store.writer import Commit

DAY = 86_400_000_000
START = 19_700 * DAY
SCHEMA = Schema(id="flight", time="left_at", score="p_late", label="late", segments=["carrier"])
MONITOR = (Path(__file__).parents[1] / "flights.toml").read_text()
ROLES = {"flight": "vd_id", "left_at": "vd_time", "p_late": "vd_score", "late": "vd_label"}


def flights(days, *, first=0, a_day=120, seed=0, broken_from=None, labels=1.0, factor=60):
    """Return flights of some days under the monitor's names; from `broken_from` on the delay is divided by `factor`."""
    rng = np.random.default_rng((seed, first % 1000))
    n = days * a_day
    day = first + np.sort(rng.integers(0, days, n))
    delay = rng.gamma(2, 10, n)
    score = 1 / (1 + np.exp(-(delay - 20) / 8))
    late = (rng.random(n) < score).astype(float)
    shown = delay if broken_from is None else np.where(day >= broken_from, delay / factor, delay)
    return pa.table(
        {
            "flight": [f"{first}-{i}" for i in range(n)],
            "left_at": pa.array(START + day * DAY + rng.integers(0, DAY, n), pa.timestamp("us", tz="UTC")),
            "delay": shown,
            "carrier": rng.choice(["UA", "MQ", "DL"], n, p=[0.5, 0.2, 0.3]),
            "p_late": score,
            "late": pa.array(late, mask=rng.random(n) >= labels),
        }
    )


def app_of(site):
    baselines = Baselines(site.database, site.rows, site.library, lambda _model, name: site.folder / name)
    desk = Desk(
        database=site.database,
        library=site.library,
        loop=site.loop,
        baselines=baselines,
        rows=site.rows,
        clock=lambda: site.now,
    )
    return Litestar([api_router(desk)])


class Site:
    """A home in small: what the writer and the reader of the lake do, with rows in memory."""

    def __init__(self, folder, baseline, toml=MONITOR):
        self.folder, self.toml = folder, toml
        self.now = START + 3650 * DAY
        self.database = Database(folder / "meta.sqlite")
        self.log = None
        self.told = []
        with self.database.write() as tx:
            models.register(tx, "flights", at=self.now)
        if baseline is not None:
            self.use(baseline)
        if toml is not None:
            self.apply(toml)
        self.marking = Marking(self.database, lambda: self.now)
        self.start()

    def start(self):
        """Begin again as after a restart: nothing in memory."""
        self.library = Library(self.folder)
        self.loop = Loop(
            self.database,
            self.rows,
            self.library,
            tell=self.hear,
        )

    def hear(self, _tx, _model, _version, notices):
        self.told += notices

    def use(self, baseline):
        baseline.save(self.folder / f"{baseline.hash}.baseline")
        entry = models.BaselineEntry(baseline.hash, "flights", None, self.now, "a test")
        with self.database.write() as tx:
            models.add_baseline(tx, entry)

    def apply(self, toml):
        with self.database.write() as tx:
            monitors.save(tx, "flights", toml, author="ada", at=self.now)
            mark_all(tx, "flights", Monitor.from_toml(toml), at=self.now)

    def rows(self, model, version, start, end):
        if self.log is None:
            return pa.table({"vd_id": pa.array([], pa.string())})
        times = self.log.column("vd_time").cast(pa.int64())
        inside = pc.and_(pc.greater_equal(times, start), pc.less(times, end))
        return self.log.filter(pc.and_(inside, pc.equal(self.log.column("vd_version"), version)))

    def come(self, rows, version="7"):
        """Let rows be committed."""
        named = rows.rename_columns([ROLES.get(name, name) for name in rows.column_names])
        named = named.append_column("vd_version", pa.array([version] * len(named)))
        self.log = named if self.log is None else pa.concat_tables([self.log, named])
        self.touch(named, version)

    def touch(self, rows, version="7"):
        times = np.sort(rows.column("vd_time").cast(pa.int64()).to_numpy())
        self.marking.committed([Commit("flights", "predictions", len(rows), {version: times}, 0, self.now)])

    def step(self, seconds=1):
        self.now += seconds * 1_000_000
        done = self.loop.step(self.now)
        assert not self.loop.failures, self.loop.failures
        return done

    def step_unready(self):
        """Let the loop look at a model that it cannot evaluate yet."""
        return self.loop.step(self.now)

    def silence(self):
        """Let so much time go by that the clock closes what is open."""
        return self.step(600)


@pytest.fixture(scope="session")
def make():
    """Return the maker of flights."""
    return flights


@pytest.fixture(scope="session")
def baseline():
    return Baseline.fit(flights(60, first=-60, seed=9), SCHEMA, every="1d")


@pytest.fixture(scope="session")
def open_site_in(baseline):
    """Return a maker of sites in a folder, closed when all tests are over."""
    made = []

    def opened(folder):
        made.append(Site(folder, baseline))
        return made[-1]

    yield opened
    for site in made:
        site.database.close()


@pytest.fixture
def open_site(tmp_path, baseline):
    """Return a maker of sites, closed when the test is over."""
    made = []

    def opened(toml=MONITOR, *, reference=True):
        made.append(Site(tmp_path, baseline if reference else None, toml))
        return made[-1]

    yield opened
    for site in made:
        site.database.close()


@pytest.fixture
def site(open_site):
    return open_site()
