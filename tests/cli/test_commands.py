"""From data to a monitor, a check and a replay; exit codes that a build server understands; errors in one line."""

import json
import subprocess
import sys
from xml.etree import ElementTree as ET

import numpy as np
import polars as pl
import pytest

import vedette as vd
from vedette.cli.main import COMMANDS, main
from vedette.monitor import Monitor


def rows(seed, n=900, shift=0.0):
    """Return three days of a binary model's log."""
    rng = np.random.default_rng(seed)
    x = rng.normal(shift, 1, n)
    score = 1 / (1 + np.exp(-x))
    start = np.datetime64("2024-03-01T00:00:00", "us")
    return pl.DataFrame(
        {
            "event_id": np.arange(n) + seed * n,
            "departed_at": start + np.arange(n) * np.timedelta64(288, "s"),
            "x": x,
            "colour": rng.choice(["red", "green", "blue"], n),
            "score": score,
            "label": (rng.random(n) < score).astype(int),
        }
    )


@pytest.fixture
def run(capsys):
    """Return a function that runs a command line: exit code, standard output, standard error."""

    def command(*args):
        with pytest.raises(SystemExit) as ended:
            main([str(arg) for arg in args])
        out, err = capsys.readouterr()
        return ended.value.code or 0, out, err

    return command


@pytest.fixture(params=["parquet", "csv"])
def files(request, tmp_path):
    """Return paths of a reference, of rows like it, and of rows that moved."""
    paths = {}
    for name, seed, shift in (("reference", 0, 0.0), ("still", 1, 0.0), ("moved", 2, 2.0)):
        paths[name] = tmp_path / f"{name}.{request.param}"
        frame = rows(seed, shift=shift)
        frame.write_parquet(paths[name]) if request.param == "parquet" else frame.write_csv(paths[name])
    return paths


ROLES = ("--id", "event_id", "--time", "departed_at", "--score", "score", "--label", "label")


class TestCheck:
    def test_0_nothing_calls_for_action(self, run, files):
        code, out, err = run("check", files["still"], "--reference", files["reference"], *ROLES)
        assert (code, err) == (0, "")
        assert "Nothing changed beyond chance in 900 rows." in out

    def test_1_something_does(self, run, files):
        code, out, _ = run("check", files["moved"], "--reference", files["reference"], *ROLES)
        assert code == 1
        assert "x moved" in out.lower()

    @pytest.mark.parametrize(
        ("args", "code"),
        [
            (["none.parquet", "--reference", "reference"], "source.missing-file"),
            (["still", "--reference", "none.csv"], "source.missing-file"),
            (["still", "--reference", "reference", "--label", "lable"], "schema.unknown-column"),
            (["still", "--reference", "reference", "--monitor", "none.toml"], "monitor.missing-file"),
            (["still", "--reference", "reference", "--id", "label", "--label", "label"], "schema.two-roles"),
        ],
    )
    def test_2_it_could_not_be_checked_and_one_line_says_why(self, run, files, args, code):
        status, out, err = run("check", *(files.get(arg, arg) for arg in args))
        assert status == 2
        assert out == ""
        assert err.startswith("vedette: ")
        assert err.endswith(f"[{code}]\n")
        assert err.count("\n") == 1

    def test_2_a_damaged_file(self, run, files, tmp_path):
        (tmp_path / "bad.parquet").write_bytes(b"PAR1\n\n")
        status, _, err = run("check", tmp_path / "bad.parquet", "--reference", files["reference"])
        assert status == 2
        assert err.count("\n") == 1

    def test_2_a_missing_option(self, run, files):
        status, _, err = run("check", files["still"])
        assert status == 2
        assert "--reference" in err

    def test_files_for_people_and_for_machines(self, run, files, tmp_path):
        wanted = {form: tmp_path / f"report.{form}" for form in ("html", "json", "junit")}
        options = [arg for form, path in wanted.items() for arg in (f"--{form}", path)]
        code, out, _ = run("check", files["moved"], "--reference", files["reference"], *ROLES, *options)
        assert code == 1
        assert all(f"Written: {path}" in out for path in wanted.values())
        plain = json.loads(wanted["json"].read_text())
        assert plain["ok"] is False
        assert {"estimates", "findings", "notes"} <= set(plain)
        assert "x" in {finding["column"] for finding in plain["findings"]}
        suite = ET.fromstring(wanted["junit"].read_text())
        assert int(suite.get("failures")) == len(suite.findall("testcase/failure")) >= 1
        html = wanted["html"].read_text()
        assert html[:15].lower() == "<!doctype html>"
        assert len(html) < 3_000_000

    def test_2_a_folder_to_write_into_that_is_not_there(self, run, files, tmp_path):
        target = tmp_path / "none" / "report.json"
        status, _, err = run("check", files["still"], "--reference", files["reference"], "--json", target)
        assert status == 2
        assert str(target) in err
        assert err.count("\n") == 1

    def test_rules_of_a_monitor_count(self, run, files, tmp_path):
        """Nothing moved, but the monitor wants more than the model can do."""
        monitor = tmp_path / "m.toml"
        schema = '[schema]\nid = "event_id"\nscore = "score"\nlabel = "label"\n'
        monitor.write_text(schema + '[[rules]]\nkind = "threshold"\nmetrics = ["roc_auc"]\nbelow = 0.99\n')
        args = ("check", files["still"], "--reference", files["reference"])
        assert run(*args, "--monitor", monitor)[0] == 1
        monitor.write_text(schema)
        assert run(*args, "--monitor", monitor)[0] == 0

    def test_options_go_before_the_monitor(self, run, files, tmp_path):
        (tmp_path / "m.toml").write_text('[schema]\nid = "event_id"\nlabel = "lable"\n')
        args = ("check", files["still"], "--reference", files["reference"], "--monitor", tmp_path / "m.toml")
        assert run(*args)[0] == 2
        assert run(*args, "--label", "label")[0] == 0

    def test_labels_in_a_file_of_their_own(self, run, files, tmp_path):
        frame = rows(1)
        frame.drop("label").write_csv(tmp_path / "now.csv")
        frame.select("event_id", "label").write_csv(tmp_path / "labels.csv")
        args = ("check", tmp_path / "now.csv", "--reference", files["reference"], *ROLES)
        out = tmp_path / "r.json"
        assert run(*args, "--labels", tmp_path / "labels.csv", "--json", out)[0] == 0
        estimates = {e["metric"]: e for e in json.loads(out.read_text())["estimates"]}
        assert estimates["label_coverage"]["value"] == 1.0


DATA = '[data]\nreference = "reference"\ncurrent = "still"\n'
TIMED = '[schema]\ntime = "departed_at"\n'


class TestMonitorFile:
    def test_init_check_replay(self, run, files, tmp_path, monkeypatch):
        """The roles are guessed from the names, and what is written runs as it stands."""
        out = tmp_path / "monitor.toml"
        code, said, _ = run(
            "init", files["moved"], "--reference", files["reference"], "--model", "m", "-o", out
        )
        assert code == 0
        assert "label       label  (guessed from its name)" in said
        assert f"vedette replay {out}" in said
        monitor = Monitor.load(out)
        assert monitor.schema.roles() == {
            "id": ["event_id"],
            "time": ["departed_at"],
            "label": ["label"],
            "score": ["score"],
        }
        assert (monitor.model, monitor.windows.every) == ("m", "1d")
        monkeypatch.chdir("/")  # its paths do not depend on where one stands
        code, said, err = run("replay", out, "--json", tmp_path / "r.json")
        assert (code, err) == (0, "")
        assert [w["label"] for w in json.loads((tmp_path / "r.json").read_text())["windows"]] == [
            "2024-03-01",
            "2024-03-02",
            "2024-03-03",
        ]
        assert run("check", files["moved"], "--reference", files["reference"], "--monitor", out)[0] == 1

    def test_init_does_not_overwrite_unless_forced(self, run, files, tmp_path):
        out = tmp_path / "monitor.toml"
        out.write_text("mine")
        status, _, err = run("init", files["still"], "-o", out)
        assert status == 2
        assert "[cli.file-exists]" in err
        assert out.read_text() == "mine"
        assert run("init", files["still"], "-o", out, "--force")[0] == 0
        assert Monitor.load(out).schema.label == "label"

    def test_named_roles_are_not_guessed(self, run, files, tmp_path):
        out = tmp_path / "monitor.toml"
        run("init", files["still"], "-o", out, "--label", "colour", "--segment", "label")
        schema = Monitor.load(out).schema
        assert (schema.label, schema.segments) == ("colour", ["label"])

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("", "monitor.no-data"),
            ("[windws]", "monitor.unknown-key"),
            (DATA + '[windows]\nevery = "soon"', "windows.bad-length"),
            (DATA, "windows.no-time"),
            (TIMED + DATA + '[windows]\ntimezone = "Europe/Berlinn"', "windows.unknown-timezone"),
            (TIMED + DATA + '[alerts]\nfalse_alarms = "some"', "alerts.bad-promise"),
        ],
    )
    def test_a_monitor_that_cannot_run_says_why_in_one_line(self, run, files, tmp_path, text, code):
        for name in ("reference", "still"):
            text = text.replace(f'"{name}"', f'"{files[name].name}"')
        (tmp_path / "m.toml").write_text(text)
        status, out, err = run("replay", tmp_path / "m.toml")
        assert (status, out) == (2, "")
        assert f"[{code}]" in err
        assert err.count("\n") == 1


class TestMetrics:
    def test_list(self, run):
        code, out, _ = run("metrics", "list")
        assert code == 0
        assert "\nclassification\n" in out
        assert "  * psi " in out
        _, drift, _ = run("metrics", "list", "--family", "drift")
        assert "psi" in drift
        assert "roc_auc" not in drift

    def test_show(self, run):
        code, out, _ = run("metrics", "show", "f1")
        assert code == 0
        assert out.startswith("f1: ")
        assert "range [0, 1]" in out
        assert ".847" in out  # the textbook errors are named with the right value

    @pytest.mark.parametrize(
        ("args", "hint"),
        [
            (("metrics", "show", "f11"), "Did you mean 'f1'"),
            (("metrics", "list", "--family", "drfit"), "Did you mean 'drift'"),
            (("chek",), "Did you mean 'check'"),
            (("metrics", "lst"), "lst"),
        ],
    )
    def test_an_unknown_name_suggests_the_nearest(self, run, args, hint):
        status, _, err = run(*args)
        assert status == 2
        assert hint in err


def test_help_names_every_command(run):
    code, out, _ = run("--help")
    assert code == 0
    assert all(f"  {name} " in out for name in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_and_its_line_in_the_list(run, command):
    code, out, _ = run(command, "-h")
    assert code == 0
    assert out.startswith(f"Usage: vedette {command}")


def test_the_version(run):
    import vedette

    assert run("--version")[1].strip().endswith(vedette.__version__)


class TestProcess:
    """The installed command, as a shell sees it."""

    def shell(self, *args, **options):
        command = [sys.executable, "-W", "error", "-m", "vedette.cli.main", *map(str, args)]
        return subprocess.run(command, capture_output=True, text=True, check=False, **options)

    def test_exit_codes(self, tmp_path):
        rows(0).write_parquet(tmp_path / "a.parquet")
        rows(2, shift=2.0).write_parquet(tmp_path / "b.parquet")
        codes = [
            self.shell("check", current, "--reference", "a.parquet", cwd=tmp_path).returncode
            for current in ("a.parquet", "b.parquet", "c.parquet")
        ]
        assert codes == [0, 1, 2]

    def test_an_error_is_no_traceback(self):
        done = self.shell("chek")
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.count("\n") == 1

    def test_help_imports_nothing_heavy(self):
        code = (
            "import sys; from vedette.cli.main import main\ntry: main(['--help'])\nexcept SystemExit: pass\n"
        )
        code += "print([m for m in ('numpy', 'pyarrow', 'altair', 'scipy') if m in sys.modules])"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout.strip().endswith("[]")


class TestSlicesAndDisde:
    @pytest.fixture
    def sides(self, tmp_path):
        """Return labelled rows of either side, the second wrong in one shop more often."""
        paths = []
        for seed, broken in ((0, 0.0), (1, 0.5)):
            rng = np.random.default_rng(seed)
            shop, size = rng.choice(["web", "app"], 3000), rng.normal(size=3000)
            wrong = rng.random(3000) < 0.1 + broken * (shop == "app")
            frame = {"shop": shop, "size": size, "said": np.ones(3000, int), "true": 1 - wrong.astype(int)}
            paths.append(tmp_path / f"side{seed}.parquet")
            pl.DataFrame(frame).write_parquet(paths[-1])
        return paths

    ROLES = ("--prediction", "said", "--label", "true")

    def test_slices(self, run, sides, tmp_path):
        target = tmp_path / "slices.json"
        code, out, err = run("slices", sides[1], "--reference", sides[0], *self.ROLES, "--json", target)
        assert (code, err) == (0, "")
        assert "shop = app" in out.splitlines()[2]
        assert json.loads(target.read_text())["slices"][0]["conditions"] == ["shop = app"]

    def test_slices_of_rows_that_did_not_change(self, run, sides):
        code, out, _ = run("slices", sides[0], "--reference", sides[0], *self.ROLES)
        assert (code, out.strip()) == (0, "No slice of one or two features got worse beyond chance.")

    def test_disde_of_what_a_monitor_names(self, run, sides, tmp_path):
        monitor = Monitor.from_toml(
            "version = 1\nmodel = 'm'\n[schema]\nprediction = 'said'\nlabel = 'true'\n"
            f"[data]\nreference = '{sides[0].name}'\ncurrent = '{sides[1].name}'\n"
        )
        (tmp_path / "m.toml").write_text(monitor.to_toml())
        target = tmp_path / "disde.json"
        code, out, _ = run("disde", "-m", tmp_path / "m.toml", "--json", target)
        assert code == 0
        assert "The second part leads" in out
        assert json.loads(target.read_text())["disde"]["concept"]["low"] > 0.15

    def test_a_report_asks_for_both(self, run, sides, tmp_path):
        page = tmp_path / "page.html"
        asked = ("--slices", "--disde", "--html", page)
        code, out, _ = run("check", sides[1], "--reference", sides[0], *self.ROLES, *asked)
        assert code == 1
        assert "shop = app" in out
        assert all(f'id="{part}"' in page.read_text() for part in ("slices", "disde"))

    def test_2_without_both_sides_or_with_a_baseline(self, run, sides, tmp_path):
        status, _, err = run("slices", sides[1], *self.ROLES)
        assert (status, err.endswith("[monitor.no-data]\n")) == (2, True)
        path = vd.Baseline.fit(str(sides[0])).save(tmp_path / "b.vedette")
        status, _, err = run("disde", sides[1], "--reference", path, *self.ROLES)
        assert (status, err.endswith("[report.no-rows]\n")) == (2, True)
