"""The pages about the server: their examples run, their lines of curl and their files are what they say."""

import doctest
import importlib.util
import re
import shlex
import shutil
import subprocess
import threading
import time
from pathlib import Path

import httpx
import pytest
import uvicorn

from vedette.cli.serve import serve
from vedette.server.app import application
from vedette.server.operations import exposition
from vedette.server.settings import Settings
from vedette.server.station import Station

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
SAID = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def text(name):
    return (DOCS / f"{name}.md").read_text("utf-8")


@pytest.mark.slow
@pytest.mark.parametrize(("name", "examples"), [("server", 7), ("access", 4), ("operating", 1)])
def test_examples_run(name, examples, capsys):
    spec = importlib.util.spec_from_file_location("examples", ROOT / "tools" / "examples.py")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert tool.run(DOCS / f"{name}.md") == (examples, 0), capsys.readouterr().err


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Return a server without accounts and its port."""
    station = Station(Settings(home=tmp_path_factory.mktemp("docs") / "home", every=0.2))
    running = uvicorn.Server(uvicorn.Config(application(station), port=0, log_config=None, access_log=False))
    thread = threading.Thread(target=running.run)
    thread.start()
    while not running.started:
        time.sleep(0.02)
    yield running.servers[0].sockets[0].getsockname()[1]
    running.should_exit = True
    thread.join(30)


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
def test_the_lines_of_curl_do_what_they_say(server, tmp_path):
    blocks = re.findall(r"```console\n(.*?)```", text("api"), re.DOTALL)
    steps = [step for block in blocks for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]]
    assert len(steps) >= 12
    for step in steps:
        line, _, expected = step.partition("\n")
        line = line.replace("localhost:8400", f"127.0.0.1:{server}")
        shell = line.startswith("printf")
        command = line if shell else shlex.split(line)
        ran = subprocess.run(command, shell=shell, cwd=tmp_path, capture_output=True, text=True, check=True)
        assert doctest.OutputChecker().check_output(expected.strip(), ran.stdout.strip(), SAID), (
            line,
            ran.stdout,
        )


def test_the_routes_of_the_page_exist(server):
    known = httpx.get(f"http://127.0.0.1:{server}/v1/openapi.json").json()["paths"]
    table = text("api").split("## Reading and changing")[1]
    named = re.findall(r"`(?:[A-Z]+ )?((?:/v1/|\.\.\./)[^`?]*)", table)
    assert len(named) >= 12
    for path in named:
        whole = (
            path.replace("...", "/v1/models/<model>").replace("<model>", "{model}").replace("<key>", "{key}")
        )
        whole = whole.replace("<metric>", "{metric}").replace("<number>", "{number}")
        assert whole in known, path


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not installed")
def test_promtool_takes_the_files_for_prometheus(tmp_path):
    for block in re.findall(r"```yaml\n(# (\S+)\n.*?)```", text("operating"), re.DOTALL):
        file = tmp_path / block[1]
        file.write_text(block[0].replace("/etc/prometheus/vedette.key", str(tmp_path / "key")), "utf-8")
    (tmp_path / "key").write_text("vd_0", "utf-8")
    for kind, name in (("rules", "vedette.rules.yml"), ("config", "prometheus.yml")):
        ran = subprocess.run(
            ["promtool", "check", kind, str(tmp_path / name)], capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr


def test_every_metric_is_explained_and_every_rule_is_about_one():
    source = Path(exposition.__file__).read_text("utf-8")
    told = set(re.findall(r'"(vedette_\w+)"', source)) - {"vedette_"}
    page = text("operating")
    listed = {name.removesuffix("_total") for name in re.findall(r"^\| `(vedette_\w+)`", page, re.MULTILINE)}
    assert told | {"vedette_labels_unmatched"} == listed
    rules = page.split("# vedette.rules.yml")[1].split("```")[0]
    used = set(re.findall(r"vedette_\w+", rules))
    assert {name.removesuffix("_total") for name in used} <= listed


def test_every_option_of_the_server_is_explained():
    listed = set(re.findall(r"`(--[\w-]+)`", text("server").split("## The home")[0]))
    assert listed == {flag for option in serve.params for flag in (*option.opts, *option.secondary_opts)}


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
def test_systemd_takes_the_unit(tmp_path):
    unit = re.search(r"```ini\n(.*?)```", text("operating"), re.DOTALL)[1]
    file = tmp_path / "vedette.service"
    file.write_text(unit.replace("/opt/vedette/bin/vedette", "/bin/true"), "utf-8")
    ran = subprocess.run(
        ["systemd-analyze", "verify", str(file)], capture_output=True, text=True, check=False
    )
    assert "vedette.service" not in ran.stderr, ran.stderr


@pytest.mark.parametrize("name", ["server", "access", "api", "operating", "cli"])
def test_links_lead_somewhere(name):
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text(name)):
        assert (DOCS / target).exists(), target
