"""Sentences of findings and notes: complete in both languages, stored and said again, never lost."""

import re
import string
from importlib import resources

import msgspec
import pytest

from vedette import registry
from vedette.sentences.catalogue import TEMPLATES
from vedette.sentences.filling import FORMATS, say
from vedette.sentences.sentence import Sentence
from vedette.sentences.titles import TITLES, UNITS, title_in, unit_in
from vedette.values import Finding, Note, counted

CHINESE = re.compile("[\u4e00-\u9fff]")
#: Forms that only join others.
JOINING = {"verbatim", "all_of", "any_of", "all_of.named", "any_of.named", "canary.line", "note.counted"}
#: Titles that are the same everywhere.
SAME = {"F1", "F-beta", "ROC AUC"}
#: Units that are no words: per cent, and the column's own.
WORDLESS = {"", "share", "column", "column²"}


def fields(template):
    """Return names and formats in a template."""
    parsed = string.Formatter().parse(template)
    return {(name, spec) for _, name, spec, _ in parsed if name is not None}


@pytest.mark.parametrize("form", TEMPLATES)
def test_every_sentence_is_in_both_languages(form):
    """Both say something of the same fields, printed alike; Chinese is Chinese."""
    english, chinese = TEMPLATES[form]
    assert english.strip()
    assert fields(english) == fields(chinese)
    assert not CHINESE.search(english)
    assert CHINESE.search(chinese) or form in JOINING


def test_every_format_is_known():
    specs = {spec.split(" ")[0] for pair in TEMPLATES.values() for t in pair for _, spec in fields(t)}
    assert specs <= {*FORMATS, "", ".2g", ".3g"}
    assert set(FORMATS) <= specs


def test_no_sentence_is_idle():
    """Each form stands in the package, as itself or composed of its first part and a choice."""
    package = resources.files("vedette")
    folders = ("engine", "rules", "alerts", "sources", "sentences", ".")
    files = [f for name in folders for f in package.joinpath(name).iterdir() if f.name.endswith(".py")]
    files = [f for f in files if f.name != "catalogue.py"]
    families = package.joinpath("metrics").iterdir()
    files += [f for one in families if one.is_dir() for f in one.iterdir() if f.name.endswith(".py")]
    files.append(package.joinpath("metrics", "base.py"))
    source = "".join(f.read_text("utf-8") for f in files)
    composed = re.findall(r'f"([\w.]+)\{', source)
    rules = {"all_of", "any_of", "all_of.named", "any_of.named"}
    idle = {
        form
        for form in TEMPLATES
        if f'"{form}"' not in source and not any(form.startswith(c) and len(c) > 4 for c in composed)
    }
    assert idle <= rules


@pytest.mark.parametrize("name", registry.names("metric"))
def test_every_metric_has_a_title_and_a_unit_in_chinese(name):
    one = registry.load("metric", name)
    assert one.title in TITLES
    assert CHINESE.search(TITLES[one.title]) or one.title in SAME
    assert one.unit in UNITS or one.unit in WORDLESS


def test_titles_and_units_of_others_stay_as_they_are():
    assert title_in("zh", "my metric") == "my metric"
    assert (unit_in("zh", "kg"), unit_in("en", "rows")) == ("kg", "rows")


def test_no_two_metrics_share_a_title():
    assert len(set(TITLES.values())) == len(TITLES)


def test_a_stored_finding_is_said_again():
    """A finding read back from JSON is the same, and says the same in both languages."""
    inner = Sentence.of("moved", column="age", title="population stability index", now=[0.3, 0.2, 0.4])
    told = Sentence.of("benign", finding=inner.plain())
    one = Finding.saying(told, rule="promise", metric="psi", level="watch", column="age", evidence=0.001)
    again = msgspec.json.decode(msgspec.json.encode(one), type=Finding)
    assert again == one
    assert hash(again) == hash(one)
    assert again.in_words() == one.message
    assert again.in_words("zh").startswith(
        "age 的分布发生变化：群体稳定性指数（PSI）0.300（0.200 至 0.400）；"
    )


def test_json_of_before_sentences_is_read():
    old = b'{"rule": "change", "metric": "f1", "level": "act", "message": "F1 fell"}'
    assert msgspec.json.decode(old, type=Finding).in_words("zh") == "F1 fell"
    assert msgspec.json.decode(b'{"code": "a", "message": "Rows: 3"}', type=Note).in_words("zh") == "Rows: 3"


@pytest.mark.parametrize(
    "sentence",
    [
        Sentence.of("form of the future", x=1),
        Sentence.of("moved", column="age"),
        Sentence.of("moved", column="age", title="recall", now="?"),
        Sentence.of("benign", finding={"form": "unheard of", "fields": {}}),
        Sentence.of("all_of", parts=3),
    ],
)
def test_what_cannot_be_said_is_told_in_english(sentence):
    assert Finding("r", "m", "act", "It moved", sentence=sentence).in_words("zh") == "It moved"


def test_names_with_braces_are_names():
    said = say("zh", "note.column_absent", {"column": "{now:span}{0}"})
    assert said == "列 {now:span}{0} 不在这些数据中"


def test_evidence_of_an_alarm_is_a_number_of_windows():
    alarm = Finding("promise", "psi", "act", "moved", evidence=1 / 730)
    assert alarm.chance() == "by chance at most once in 730 windows"
    assert alarm.chance("zh") == "若仅出于偶然，730 个窗口中至多出现一次"
    certain = msgspec.structs.replace(alarm, evidence=0.0)
    assert certain.chance() == "by chance less than once in a billion windows"
    assert "十亿" in certain.chance("zh")


def test_evidence_of_a_rule_is_a_p_value():
    assert (
        Finding("change", "f1", "act", "fell", evidence=0.0).chance() == "p < 1e-12 over everything looked at"
    )
    assert (
        Finding("shift", "psi", "act", "moved", evidence=0.01).chance("zh") == "对全部检查项校正后 p = 0.01"
    )
    assert (
        Finding("seasonal_band", "f1", "act", "fell", evidence=0.01).chance() == "p = 0.01 in its own series"
    )
    assert Finding("threshold", "f1", "act", "fell").chance("zh") == ""


def test_a_note_about_the_reference_says_so_in_both_languages():
    note = counted("rows.no-time", 1200, Sentence.of("note.no_time", column="at")).in_reference()
    assert note.message == (
        "In the reference: Rows without a usable time in at, which belong to no window: 1,200"
    )
    assert note.in_words("zh") == "参考数据中：at 中没有可用时间的行，不属于任何窗口：1,200"
    assert Note("own.code", "Mind the gap").in_reference().in_words("zh") == "参考数据中：Mind the gap"


@pytest.mark.parametrize(
    ("micros", "english", "chinese"),
    [
        (1_800_000_000, "30 min", "30 分钟"),
        (7_200_000_000, "2 h", "2 小时"),
        (400_000_000_000, "5 days", "5 天"),
    ],
)
def test_spans_of_time(micros, english, chinese):
    told = {"waited": micros, "every": "1h"}
    assert f"No rows for {english};" in say("en", "silence.rows", told)
    assert chinese in say("zh", "silence.rows", told)
