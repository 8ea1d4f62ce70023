"""A monitor is its TOML file: nothing is lost on the way there and back, and nothing unknown is let through."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

import vedette as vd
from vedette import registry
from vedette.alerts.calendar import Planned
from vedette.alerts.deploy import Deploy
from vedette.alerts.mute import Mute
from vedette.errors import ConfigError, DataError, UnknownNameError, VedetteError
from vedette.monitor import Alerts, Data, Monitor, Windows
from vedette.schema import Schema

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
NAMES = st.text(string.ascii_letters + " _-äß日'\"\\.\n", min_size=1, max_size=6)
NUMBERS = st.floats(allow_nan=False)


def spread(names):
    """Give each role a column of its own."""
    roles = ("id", "time", "prediction", "label", "weight", "query", "score")
    return {role: name for role, name in zip(roles, names, strict=False) if name is not None}


SPANS = st.sampled_from(["", "30min", "6h", "2d", "1w"])
PLANNED = st.one_of(
    st.builds(Planned, name=TEXT, dates=st.lists(st.dates().map(str), min_size=1, max_size=3).map(tuple)),
    st.builds(
        lambda name, day, **more: Planned(name=name, from_=day, to=day, **more),
        TEXT,
        st.dates(),
        repeat=st.sampled_from(["never", "weekly", "yearly"]),
        effect=st.sampled_from(["exclude", "mute"]),
    ),
)
SCHEMAS = st.builds(
    lambda roles, rest: Schema(**spread(roles), **rest),
    st.lists(st.none() | NAMES, unique_by=lambda n: n or object(), max_size=7),
    st.fixed_dictionaries(
        {},
        optional={
            "segments": st.lists(NAMES, max_size=3),
            "features": st.lists(NAMES, max_size=3),
            "ignore": st.lists(NAMES, max_size=3),
            "classes": st.lists(NAMES, min_size=1, max_size=3),
            "threshold": st.floats(0, 1),
            "task": st.sampled_from(["binary", "multiclass", "regression", "none"]),
            "ranges": st.dictionaries(
                NAMES, st.tuples(NUMBERS, NUMBERS).map(lambda r: tuple(sorted(r))), max_size=2
            ),
            "units": st.dictionaries(NAMES, TEXT, max_size=2),
        },
    ),
)
RULES = st.lists(
    st.fixed_dictionaries(
        {"kind": st.just("threshold"), "metrics": st.just(["recall", "f1"]), "below": NUMBERS},
        optional={
            "breaches": st.just(1),
            "of": st.integers(1, 5),
            "severe": st.sampled_from(["act", "watch"]),
        },
    ),
    max_size=2,
)
MONITORS = st.builds(
    Monitor,
    model=TEXT,
    schema=SCHEMAS,
    data=st.builds(Data, st.none() | TEXT, st.none() | TEXT, st.none() | TEXT),
    windows=st.builds(Windows, every=st.sampled_from(["1d", "6h", "500 rows"]), timezone=TEXT),
    metrics=st.none() | st.lists(st.sampled_from(["default", "recall", "psi"]), max_size=3),
    rules=RULES,
    alerts=st.builds(
        Alerts,
        false_alarms=TEXT,
        notify=st.sampled_from(["act", "watch", "info"]),
        cooldown=SPANS,
        digest=SPANS,
        remind_every=SPANS,
        recover_after=st.integers(1, 9),
    ),
    calendar=st.lists(PLANNED, max_size=2),
    deploys=st.lists(
        st.builds(Deploy, time=st.sampled_from(["2024-07-01", "2024-07-01T14:00"]), version=TEXT, note=TEXT),
        max_size=2,
    ),
    mutes=st.lists(
        st.builds(Mute, column=NAMES, reason=TEXT, until=st.sampled_from(["", "2024-07-01"])), max_size=2
    ),
    sinks=st.lists(st.dictionaries(NAMES, TEXT, max_size=2), max_size=2),
)


@given(MONITORS)
def test_toml_and_back(monitor):
    assert Monitor.from_toml(monitor.to_toml()) == monitor


def test_defaults_are_left_out():
    assert Monitor().to_toml() == 'version = 1\nmodel = "model"\n'


def test_the_file_of_the_documentation():
    monitor = Monitor.from_toml(
        """
        version = 1
        model = "flights"
        [schema]
        id = "flight_id"
        score = {"0" = "p_early", "1" = "p_late"}
        [windows]
        every = "1d"
        [alerts]
        false_alarms = "1 per month"
        [[rules]]
        kind = "threshold"
        metrics = ["recall"]
        below = 0.7
        """
    )
    assert monitor.schema.score == {"0": "p_early", "1": "p_late"}
    assert [(type(rule).__name__, rule.below) for rule in monitor.made_rules()] == [("Threshold", 0.7)]


TYPING_ERRORS = {
    'modle = "x"': ("monitor.unknown-key", "model"),
    "[windws]": ("monitor.unknown-key", "windows"),
    '[schema]\nlabell = "y"': ("monitor.unknown-key", "label"),
    '[data]\nref = "x"': ("monitor.unknown-key", "reference"),
    '[windows]\nevry = "1d"': ("monitor.unknown-key", "every"),
    '[alerts]\nfalse_alarm = "1 per month"': ("monitor.unknown-key", "false_alarms"),
    '[[rules]]\nkind = "threshold"\nmetrics = ["f1"]\nbelwo = 0.7': ("monitor.bad-rule", "below"),
    '[[rules]]\nkind = "treshold"': ("registry.unknown-rule", "threshold"),
    '[[rules]]\nkind = "threshold"\nmetrics = ["recal"]\nbelow = 0.7': ("registry.unknown-metric", "recall"),
    'metrics = ["f1", "precison"]': ("registry.unknown-metric", "precision"),
}


@pytest.mark.parametrize("text", TYPING_ERRORS)
def test_an_unknown_name_suggests_the_nearest_at_every_level(text):
    code, guess = TYPING_ERRORS[text]
    with pytest.raises(VedetteError, match=f"Did you mean '{guess}'") as raised:
        Monitor.from_toml(text)
    assert raised.value.code == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a ==", "monitor.not-toml"),
        ("[schema", "monitor.not-toml"),
        ("model = 3", "monitor.bad-value"),
        ("rules = 3", "monitor.bad-value"),
        ('[schema]\nsegments = "carrier"', "monitor.bad-value"),
        ('[schema]\nthreshold = "high"', "monitor.bad-value"),
        ('[schema]\ntask = "clustering"', "monitor.bad-value"),
        ("[schema]\nranges = {x = [1]}", "monitor.bad-value"),
        ('[schema]\nid = "a"\nlabel = "a"', "schema.two-roles"),
        ("[schema]\nranges = {x = [2, 1]}", "schema.bad-range"),
        ("[[rules]]\nbelow = 0.7", "monitor.bad-rule"),
        ("[[rules]]\nkind = 3", "monitor.bad-rule"),
        ('[[rules]]\nkind = "threshold"\nmetrics = ["f1"]\nbelow = "low"', "monitor.bad-rule"),
        ('[[rules]]\nkind = "threshold"\nmetrics = ["f1"]', "rules.no-limit"),
        ('[[rules]]\nkind = "threshold"\nbelow = 0.7', "rules.no-metric"),
        ('[[rules]]\nkind = "change"\nbreaches = 3', "rules.never-fires"),
        ("version = 2", "monitor.unknown-version"),
        ('version = 2\nnew_key = "x"', "monitor.unknown-version"),
        ('version = "1"', "monitor.unknown-version"),
    ],
)
def test_a_wrong_value_says_which(text, code):
    with pytest.raises((ConfigError, UnknownNameError)) as raised:
        Monitor.from_toml(text)
    assert raised.value.code == code


@pytest.mark.parametrize("field", registry.load("rule", "change").__struct_fields__)
def test_every_field_of_a_rule_is_a_key(field):
    value = {
        "metrics": '["recall"]',
        "breaches": "1",
        "of": "2",
        "without": '["missing"]',
        "name": '"x"',
    }.get(field, "0.5")
    (rule,) = Monitor.from_toml(f'[[rules]]\nkind = "change"\n{field} = {value}').made_rules()
    assert getattr(rule, field) != getattr(registry.load("rule", "change")(), field) or field == "breaches"


class TestAlerts:
    def test_dates_of_toml_are_dates(self):
        monitor = Monitor.from_toml(
            """
            [alerts]
            notify = "act"
            cooldown = "12h"
            [[calendar]]
            name = "Christmas"
            from = 2024-12-24
            to = "2024-12-26"
            repeat = "yearly"
            [[calendar]]
            name = "deploy"
            from = 2024-07-01T14:00:00
            to = 2024-07-01T15:00:00
            effect = "mute"
            [[mutes]]
            column = "dep_delay"
            until = "2024-07-01"
            """
        )
        assert [c.from_ for c in monitor.calendar] == ["2024-12-24", "2024-07-01T14:00:00"]
        assert Monitor.from_toml(monitor.to_toml()) == monitor

    def test_a_deploy_is_a_moment_of_the_wall_clock_of_the_windows(self):
        monitor = Monitor.from_toml(
            "[[deploys]]\ntime = 2024-07-01T14:00:00\n[[deploys]]\ntime = '2024-07-01T14:00Z'\nnote = 'a feed'"
        )
        local, utc = monitor.deploys
        assert local.at("Asia/Shanghai") + 8 * 3_600_000_000 == utc.at("Asia/Shanghai")
        assert Monitor.from_toml(monitor.to_toml()) == monitor

    @pytest.mark.parametrize(
        ("text", "hint"),
        [
            ("[alerts]\ncooldwn = '1d'", "cooldown"),
            ("[[calendar]]\nname = 'x'\nrepat = 'weekly'", "repeat"),
            ("[[calendar]]\nname = 'x'\nfrm = '2024-01-01'", "from"),
            ("[[mutes]]\ncolum = 'x'", "column"),
            ("[[deploys]]\ntime = '2024-01-01'\nverson = '7'", "version"),
        ],
    )
    def test_a_misspelt_key_names_the_nearest(self, text, hint):
        with pytest.raises(ConfigError, match=f"Did you mean '{hint}'") as raised:
            Monitor.from_toml(text)
        assert raised.value.code == "monitor.unknown-key"

    def test_errors_of_the_alerts_keep_their_codes(self):
        for text, code in (
            ("[alerts]\ncooldown = 'soon'", "alerts.bad-span"),
            ("[[calendar]]\nname = 'x'", "alerts.bad-calendar"),
            ("[[deploys]]\ntime = 'soon'", "alerts.bad-date"),
            ("[[mutes]]\nreason = 'x'", "alerts.empty-mute"),
        ):
            with pytest.raises(ConfigError) as raised:
                Monitor.from_toml(text)
            assert raised.value.code == code


class TestJoined:
    FILE = """
    [schema]
    label = "y"
    [windows]
    timezone = "Europe/Berlin"
    label_delay = "5d"
    [[rules]]
    name = "weak"
    kind = "threshold"
    metrics = ["recall"]
    below = 0.7
    [[rules]]
    kind = "all_of"
    breaches = 2
    of = 3
    rules = ["weak", { kind = "seasonal_band", metrics = ["row_count"], side = "high" }]
    """

    def test_conditions_by_name_and_in_place(self):
        joined, late = Monitor.from_toml(self.FILE).made_rules()  # "weak" does not fire by itself
        assert [type(rule).__name__ for rule in joined.rules] == ["Threshold", "SeasonalBand"]
        assert joined.metrics == ("recall", "row_count")
        assert joined.rules[1].timezone == "Europe/Berlin"
        assert (type(late).__name__, late.delay) == ("LateLabels", "5d")

    def test_without_a_label_none_can_be_late(self):
        (joined,) = Monitor.from_toml(self.FILE.replace('label = "y"', "")).made_rules()
        assert type(joined).__name__ == "AllOf"

    def test_conditions_nest_and_survive_toml(self):
        monitor = Monitor.from_toml(self.FILE)
        assert Monitor.from_toml(monitor.to_toml()) == monitor
        nested = Monitor.from_toml(
            self.FILE.replace(
                'rules = ["weak", {', 'rules = [{ kind = "any_of", rules = ["weak", "weak"] }, {'
            )
        )
        (joined, _) = nested.made_rules()
        assert len(joined.leaves()) == 3

    @pytest.mark.parametrize("name", ["wek", "both"])
    def test_an_unknown_condition_or_one_that_joins_itself_is_refused(self, name):
        text = self.FILE.replace('kind = "all_of"', 'kind = "all_of"\nname = "both"').replace(
            '["weak",', f'["{name}",'
        )
        with pytest.raises(UnknownNameError) as raised:
            Monitor.from_toml(text)
        assert raised.value.code == "rules.unknown-condition"


class TestFile:
    def test_paths_are_relative_to_the_file(self, tmp_path):
        (tmp_path / "m.toml").write_text(
            '[data]\nreference = "ref.parquet"\ncurrent = "../now"\nlabels = "/abs/l.csv"'
        )
        data = Monitor.load(tmp_path / "m.toml").data
        assert data.reference == str(tmp_path / "ref.parquet")
        assert data.current == str(tmp_path / ".." / "now")
        assert data.labels == "/abs/l.csv"

    def test_a_file_that_is_not_there(self, tmp_path):
        for path in (tmp_path / "m.toml", tmp_path):
            with pytest.raises(DataError, match="vedette init") as raised:
                vd.Monitor.load(path)
            assert raised.value.code == "monitor.missing-file"

    def test_a_file_that_is_no_text(self, tmp_path):
        (tmp_path / "m.toml").write_bytes(b"\xff\xfe\x00")
        with pytest.raises(ConfigError) as raised:
            Monitor.load(tmp_path / "m.toml")
        assert raised.value.code == "monitor.not-toml"


def test_a_changed_copy():
    assert Monitor().with_(model="m").model == "m"
    assert Monitor() == Monitor().with_(model="model")
