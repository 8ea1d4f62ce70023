"""Page models of invented numbers: healthy fleet, broken model, nothing yet, 500 models, hostile and long names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np

from vedette.server.pages import addresses
from vedette.server.pages.data import DataPage, QuarantineRow
from vedette.server.pages.feature import FeaturePage
from vedette.server.pages.fleet import SHOWN, Fleet, FleetRow
from vedette.server.pages.incident import CauseRow, IncidentPage, Measure, Promise, RemedyRow
from vedette.server.pages.model import ModelPage, QualityRow, Subject
from vedette.server.pages.monitor import Alarm, Check, Form, MonitorPage, Preview, Problem
from vedette.server.pages.parts import Choice, Connect, Event, Grid, IncidentLine, Notice, Paging, SegmentRow
from vedette.server.pages.protocol import Hit
from vedette.server.pages.segments import SegmentsPage, Split
from vedette.server.pages.settings import KeyRow, SettingsPage, SinkRow, UserRow
from vedette.server.pages.training import TrainingPage
from vedette.server.pages.versions import VersionsPage, Versus
from vedette.values import Estimate, Estimates, Window
from vedette.views.content import Fact
from vedette.views.distribution import NumberDistribution
from vedette.views.heatmap import Heatmap
from vedette.views.lanes import Lanes, Span
from vedette.views.segments import Segments
from vedette.views.series import Marker, Series
from vedette.views.timeline import Timeline

NOW = datetime(2013, 9, 1, 9, 30, tzinfo=UTC)
DAY = 86_400_000_000
HOSTILE = (
    "</script><script>document.title='PWNED'</script>",
    "<img src=x onerror=\"document.title='PWNED'\">",
    "a\"b'c`d,e",
    "{{7*7}}{% raw %}${alert(1)}%s{0}",
    "温度 \U0001f321",
    "\u202eevil\u202c \x1b[31mred",
    "javascript:alert(1)",
    "../../etc/passwd?x=1#y",
    "long" * 200,
)
LONG = (
    "Rückzahlungsausfallwahrscheinlichkeitsvorhersagemodell",
    "Bundesausbildungsförderungsgesetzesänderungsantragsnummer",
    "航空公司准点率预测模型第二阶段灰度发布版本华东地区专用",
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
    "customer_lifetime_value_prediction_model_for_the_european_market_v2_final_final",
)
PLAIN = (
    "flights",
    "churn",
    "fraud",
    "credit-risk",
    "pricing",
    "search-ranking",
    "demand",
    "spam",
    "eta",
    "support-triage",
)
FEATURES = (
    "dep_delay",
    "carrier",
    "distance",
    "origin",
    "hour",
    "temp",
    "wind_speed",
    "precip",
    "visib",
    "month",
)

TOML = """model = "flights"
version = 1

[schema]
id = "flight_id"
time = "departed_at"
score = "p_late"
label = "late"
segments = ["carrier", "origin"]

[windows]
every = "1d"
timezone = "America/New_York"
label_delay = "2d"

[alerts]
false_alarms = "1 per month"
"""


def timeline(days: int) -> Timeline:
    """Return consecutive days up to `NOW`."""
    first = int(np.datetime64("2013-09-01").astype(int)) - days
    dates = [str(np.datetime64("1970-01-01") + first + i) for i in range(days)]
    return Timeline.of([Window((first + i) * DAY, (first + i + 1) * DAY, d) for i, d in enumerate(dates)])


def walk(seed: int, points: int = 30, fall: float = 0.0) -> tuple[float, ...]:
    """Return a wobble around 0.7 that falls at two thirds."""
    rng = np.random.default_rng(seed)
    value = 0.7 + rng.normal(0, 0.008, points) - fall * (np.arange(points) > points * 2 / 3)
    return tuple(float(v) for v in value)


class Sample:
    """Every page of one scenario: "broken", "healthy", "empty", "many", "hostile" or "long"."""

    def __init__(self, scenario: str = "broken", days: int = 60, columns: int = 10) -> None:
        self.scenario, self.days = scenario, days
        names = {"hostile": HOSTILE, "long": LONG}.get(scenario, PLAIN)
        self.names = tuple(f"model-{i:03d}" for i in range(500)) if scenario == "many" else names
        self.features = (names * 2 if scenario in ("hostile", "long") else FEATURES)[:10]
        if len(set(self.features)) < len(self.features):
            self.features = tuple(dict.fromkeys(self.features))
        if columns > len(self.features):
            self.features = (*self.features, *(f"column_{i}" for i in range(columns - len(self.features))))
        self.broken = scenario not in ("healthy", "empty")
        self.done: list[tuple] = []
        self.rows: dict[str, list[FleetRow]] = {}
        self.drawn: dict[str, ModelPage] = {}

    # -- words ---------------------------------------------------------------------------------------------

    def verdict(self, visit) -> str:
        slice_ = f"carrier = {self.names[0]}" if self.scenario in ("hostile", "long") else "carrier = MQ"
        if not self.broken:
            return "指标均在参考范围内。" if visit.lang == "zh" else "Nothing changed beyond chance."
        if visit.lang == "zh":
            return f"{slice_} 上的召回率从 .71 降至 .58（自 7 月 3 日起；影响 1/9 的航班）。"
        return f"Recall on {slice_} fell from .71 to .58 (since 3 July; 1 in 9 flights)."

    def cause(self, visit) -> str:
        if visit.lang == "zh":
            return f"自 14:00 部署以来，{self.features[0]} 在 31% 的行中缺失。"
        return f"{self.features[0]} is missing in 31% of rows since the 14:00 deploy."

    def remedy(self, visit) -> str:
        return (
            "修复数据源；在此之前使用版本 6。"
            if visit.lang == "zh"
            else "Fix the feed; until then use version 6."
        )

    # -- pages ---------------------------------------------------------------------------------------------

    def fleet(self, visit, query) -> Fleet:
        if self.scenario == "empty":
            return Fleet(query=query, counts={}, rows=(), paging=Paging(0), connect=self.connect(visit))
        if visit.lang not in self.rows:
            self.rows[visit.lang] = [self.row(visit, i, name) for i, name in enumerate(self.names)]
        rows = self.rows[visit.lang]
        counts = {level: sum(row.level == level for row in rows) for level in SHOWN}
        rows = [
            row
            for row in rows
            if query.search.lower() in row.name.lower() and query.level in (None, row.level)
        ]
        keys = {
            "health": lambda r: SHOWN.index(r.level),
            "model": lambda r: r.name,
            "volume": lambda r: r.rows,
            "labels": lambda r: r.labels or 0,
            "performance": lambda r: r.now or 0,
            "event": lambda r: r.last_event,
        }
        rows.sort(key=keys[query.sort], reverse=query.descending)
        paging = Paging(len(rows), query.page)
        start = (paging.at - 1) * paging.size
        return Fleet(query=query, counts=counts, rows=tuple(rows[start : start + paging.size]), paging=paging)

    def row(self, visit, i: int, name: str) -> FleetRow:
        level = "ok"
        if self.broken:
            level = "act" if i == 0 else "watch" if i % 17 == 3 else "silent" if i % 23 == 7 else "ok"
        zh = visit.lang == "zh"
        verdict = {
            "act": self.verdict(visit),
            "watch": "score 的分布发生变化；性能估计值尚稳定。"
            if zh
            else "The score drifts; estimated performance still holds.",
            "ok": "无变化" if zh else "Nothing changed",
            "silent": "26 小时没有数据" if zh else "No rows for 26 hours",
        }[level]
        rng = np.random.default_rng(i)
        known = level != "silent"
        return FleetRow(
            name=name,
            version=str(7 - i % 5),
            level=level,
            verdict=verdict,
            volume=tuple(float(v) for v in rng.poisson(900 + 300 * np.sin(np.arange(30) / 3.5) ** 2)),
            rows=int(rng.integers(800, 90_000)),
            labels=0.82 if known else None,
            lag_days=2 if i % 3 == 0 else None,
            metric="recall" if i % 2 == 0 else "ROC AUC",
            now=0.58 if level == "act" else walk(i)[-1] if known else None,
            before=0.71 if known else None,
            performance=walk(i, fall=0.12 if level == "act" else 0) if known else (),
            incidents=int(level == "act"),
            last_event=NOW - timedelta(seconds=40 + 977 * i),
        )

    def subject(self, name: str, version: str = "", span: str = "30d") -> Subject:
        level = "act" if self.broken else "ok"
        return Subject(
            name=name,
            version=version or "7",
            level=level,
            versions=("7", "6", "5"),
            last_event=NOW - timedelta(seconds=40),
            span=span,
        )

    def series(self, title: str, fall: float = 0.12, seed: int = 0, **changes) -> Series:
        days, rng = self.days, np.random.default_rng(seed)
        value = 0.71 + rng.normal(0, 0.012, days) - fall * (np.arange(days) > days * 0.7)
        value[days // 4 : days // 4 + max(days // 20, 1)] = np.nan
        axis = timeline(days)
        made = Series(
            title=title,
            name="recall",
            timeline=axis,
            estimates=Estimates.of(value, value - 0.03, value + 0.03, n=np.where(np.isnan(value), 0, 800)),
            unit="share",
            range=(0, 1),
            reference=Estimate(0.712, 0.70, 0.724, n=30_000),
            reference_span=(float(axis.start[0]), float(axis.end[days // 6])),
            estimated=np.arange(days) > days - days // 8,
            coverage=np.clip((days - np.arange(days)) / (days / 5), 0, 1),
            markers=(Marker(float(axis.start[int(days * 0.7)]), self.cause_mark(), "act"),) if fall else (),
        )
        return msgspec.structs.replace(made, **changes)

    def cause_mark(self) -> str:
        return f"{self.features[0]} missing"

    def lanes(self, title: str) -> Lanes:
        axis, days = timeline(self.days), self.days
        volume = np.random.default_rng(3).poisson(900 + 250 * np.sin(np.arange(days) * 2 * np.pi / 7))
        spans = (
            (
                Span(float(axis.start[int(days * 0.7)]), float(axis.end[-1]), f"#42 {self.names[0]}", "act"),
                Span(
                    float(axis.start[days // 5]), float(axis.end[days // 4]), f"#37 {self.names[-1]}", "watch"
                ),
            )
            if self.broken
            else ()
        )
        deploys = (
            Marker(float(axis.start[int(days * 0.7)]), "version 7"),
            Marker(float(axis.start[2]), "version 6"),
        )
        return Lanes(
            title=title, timeline=axis, volume=volume.astype(float), incidents=spans, deploys=deploys
        )

    def heatmap(self, title: str, name: str) -> Heatmap:
        f, days = len(self.features), self.days
        effect = np.abs(np.random.default_rng(1).normal(0, 0.012, (f, days)))
        if self.broken:
            effect[0, int(days * 0.7) :] += 0.3
            effect[1, int(days * 0.8) :] += 0.11
        return Heatmap(
            title=title,
            name="PSI",
            features=self.features,
            timeline=timeline(days),
            effect=effect,
            passed=effect > 0.06,
            impact=np.linspace(1, 0, f),
            links=tuple(addresses.feature(name, c) for c in self.features),
        )

    def segment_rows(self) -> tuple[SegmentRow, ...]:
        names = (
            self.names
            if self.scenario in ("hostile", "long")
            else ("MQ", "EV", "B6", "UA", "AA", "DL", "WN", "US")
        )
        fall = 0.13 if self.broken else 0.0
        return tuple(
            SegmentRow(
                segment=f"carrier = {name}",
                level="act" if i == 0 and self.broken else "ok",
                share=0.3 / (i + 1.2),
                now=Estimate(
                    0.71 - fall / (1 + 3 * i), 0.69 - fall / (1 + 3 * i), 0.73 - fall / (1 + 3 * i), n=800
                ),
                before=Estimate(0.71, 0.70, 0.72, n=9000),
                unit="share",
                spark=walk(i, fall=fall / (1 + 3 * i)),
            )
            for i, name in enumerate(names)
        )

    def model(self, visit, *given) -> ModelPage | None:
        key = f"{visit.lang}{given}"
        if key not in self.drawn:
            self.drawn[key] = self.made(visit, *given)
        return self.drawn[key]

    def made(self, visit, name, version, span, metric) -> ModelPage | None:
        if name not in self.names and self.scenario != "empty":
            return None
        zh = visit.lang == "zh"
        subject = self.subject(name, version, span)
        if self.scenario == "empty":
            subject = Subject(name=name, version="", level="silent")
            verdict = "尚未收到数据。" if zh else "No rows yet."
            return ModelPage(subject=subject, verdict=verdict, connect=self.connect(visit, name))
        titles = (
            ("召回率从 71% 降至 58%", "一起事件，两次部署", f"{self.features[0]} 变化最大")
            if zh
            else (
                "Recall fell from 71% to 58%",
                "One incident, two deploys",
                f"{self.features[0]} moved most",
            )
        )
        if not self.broken:
            titles = (
                ("召回率稳定", "没有事件", "没有漂移")
                if zh
                else ("Recall is steady", "No incident", "No drift")
            )
        quality = tuple(
            QualityRow(
                column=column,
                level="act" if i == 0 and self.broken else "ok",
                missing=0.31 if i == 0 and self.broken else 0.004 * i,
                missing_before=0.02,
                unseen=0.01 * i,
                out_of_range=0.0,
                spark=tuple(v / 40 for v in walk(i)),
            )
            for i, column in enumerate(self.features[:6])
        )
        facts = (
            (("行数", 28_110), ("已有标签", "82%"), ("标签滞后", "2 天"), ("窗口", self.days))
            if zh
            else (("rows", 28_110), ("labelled", "82%"), ("labels behind", "2 days"), ("windows", self.days))
        )
        return ModelPage(
            subject=subject,
            verdict=self.verdict(visit),
            cause=self.cause(visit) if self.broken else "",
            remedy=self.remedy(visit) if self.broken else "",
            incident=42 if self.broken else None,
            facts=tuple(Fact(k, v) for k, v in facts),
            metrics=(Choice("recall", "召回率" if zh else "recall"), Choice("roc_auc", "ROC AUC")),
            metric=metric or "recall",
            performance=self.series(titles[0], 0.12 if self.broken else 0.0),
            lanes=self.lanes(titles[1]),
            drift=self.heatmap(titles[2], name),
            segments=self.segment_rows(),
            segment_metric="召回率" if zh else "recall",
            quality=quality,
            incidents=self.incidents(visit) if self.broken else (),
        )

    def incidents(self, visit) -> tuple[IncidentLine, ...]:
        return (
            IncidentLine(
                number=42,
                level="act",
                state="open",
                title=self.verdict(visit),
                opened=NOW - timedelta(hours=3),
            ),
            IncidentLine(
                number=37,
                level="watch",
                state="resolved",
                title=self.cause(visit),
                opened=NOW - timedelta(days=40),
                owner=self.names[1],
            ),
        )

    def incident(self, visit, number) -> IncidentPage | None:
        if number != 42 or not self.broken:
            return None
        zh = visit.lang == "zh"
        deeds = {deed[1] for deed in self.done if deed[0] == "incident"}
        state = (
            "resolved"
            if "resolve" in deeds
            else "muted"
            if "mute" in deeds
            else "acknowledged"
            if "acknowledge" in deeds
            else "open"
        )
        comments = tuple(
            Event(at=NOW, who=visit.user or "anna", kind="comment", text=deed[2])
            for deed in self.done
            if deed[1] == "comment"
        )
        grid = Grid(
            ("flight_id", "departed_at", *self.features[:4], "p_late", "late"),
            tuple(
                (
                    f"2013-07-03-MQ-{4500 + i}",
                    "2013-07-03 14:05",
                    "",
                    self.names[0][:60],
                    "733",
                    "LGA",
                    f"0.{21 + i}",
                    "1",
                )
                for i in range(10)
            ),
        )
        text = {
            "en": (
                Measure("−13 points", "recall .71 → .58 (95%: −15.2 … −10.9)"),
                Measure("p < 0.0001", "over 58 days, all columns and segments counted in"),
                Measure("214 late flights", "not warned of since 3 July, about 24 a day"),
            ),
            "zh": (
                Measure("−13 个百分点", "召回率 .71 → .58（95%：−15.2 … −10.9）"),
                Measure("p < 0.0001", "覆盖 58 天，已计入全部列与分组"),
                Measure("214 个延误航班", "自 7 月 3 日起未预警，约每天 24 个"),
            ),
        }[visit.lang]
        causes = (
            CauseRow(
                title=f"{self.features[0]}: 31% missing" if not zh else f"{self.features[0]}：31% 缺失",
                detail=self.cause(visit),
                share=0.84,
                proof=self.distribution(self.features[0], zh),
                column=self.features[0],
            ),
            CauseRow(
                title="More flights of MQ" if not zh else "MQ 航班增多",
                detail="The mix moved by 2 points." if not zh else "构成变化 2 个百分点。",
                share=0.09,
            ),
            CauseRow(title="Unexplained" if not zh else "未能解释", detail="", share=0.07),
        )
        remedies = (
            RemedyRow(
                self.remedy(visit),
                "Version 6 does not use the column." if not zh else "版本 6 不使用该列。",
                "recall .70 (.68 … .72)" if not zh else "召回率 .70（.68 … .72）",
            ),
            RemedyRow(
                "Impute with the median" if not zh else "以中位数填补",
                "Holds until the feed is back." if not zh else "可用至数据源恢复。",
                "recall .66 (.63 … .69)" if not zh else "召回率 .66（.63 … .69）",
            ),
        )
        events = (
            Event(
                at=NOW - timedelta(hours=3),
                text="opened by the false-alarm budget of the model" if not zh else "由模型的误报预算触发",
            ),
            Event(
                at=NOW - timedelta(hours=3),
                text="sent to Slack #ml-oncall" if not zh else "已发送至 Slack #ml-oncall",
            ),
            Event(
                at=NOW - timedelta(hours=2),
                who="bo",
                kind="comment",
                text=f"Feed team is on it. {self.names[0]}",
            ),
            *comments,
        )
        return IncidentPage(
            number=42,
            subject=self.subject(self.names[0]),
            level="act",
            state=state,
            verdict=self.verdict(visit),
            cause=self.cause(visit),
            remedy=self.remedy(visit),
            opened=NOW - timedelta(hours=3),
            effect=text[0],
            evidence=text[1],
            impact=text[2],
            promise=Promise(1, 58, 1.0),
            people=("anna", "bo", self.names[1]),
            causes=causes,
            remedies=remedies,
            segments=self.segment_rows()[:5],
            segment_metric="召回率" if zh else "recall",
            began=self.series(
                "The fall began on 3 July, within one day" if not zh else "下降始于 7 月 3 日，在一天之内"
            ),
            examples=grid,
            events=events,
            muted_until=NOW + timedelta(hours=4) if state == "muted" else None,
        )

    def distribution(self, column: str, zh: bool) -> NumberDistribution:
        rng = np.random.default_rng(2)
        reference, current = rng.lognormal(2.5, 0.8, 20_000), rng.lognormal(2.8, 0.7, 2_000)
        edges = np.unique(np.quantile(reference, np.linspace(0, 1, 201)))
        counts = [
            np.append(
                np.bincount(np.searchsorted(edges, x, "right"), minlength=len(edges) + 1), missing
            ).astype(float)
            for x, missing in ((current, 900), (reference, 400))
        ]
        title = f"{column}：31% 的行缺失" if zh else f"{column} is missing in 31% of rows"
        return NumberDistribution(
            title=title, name=column, unit="min", edges=edges, current=counts[0], reference=counts[1]
        )

    def feature(self, visit, name, column, version, span) -> FeaturePage | None:
        if column not in self.features:
            return None
        zh = visit.lang == "zh"
        return FeaturePage(
            subject=self.subject(name, version, span),
            column=column,
            level="act",
            verdict=self.cause(visit),
            detail=self.remedy(visit),
            facts=(Fact("effect" if not zh else "幅度", "0.31"), Fact("impact" if not zh else "影响", 0.84)),
            columns=self.features,
            distribution=self.distribution(column, zh),
            over_time=(
                self.series("31% are missing since 3 July" if not zh else "自 7 月 3 日起缺失 31%", seed=4),
                self.series("PSI rose to 0.31" if not zh else "PSI 升至 0.31", seed=5, unit=""),
            ),
        )

    def segments(self, visit, name, version, query) -> SegmentsPage | None:
        zh, rows = visit.lang == "zh", self.segment_rows()
        value = np.array([row.now.value for row in rows], float)
        chart = Segments(
            title="MQ is worse than all others" if not zh else "MQ 明显差于其他分组",
            name="recall",
            unit="share",
            segments=tuple(row.segment for row in rows),
            current=Estimates.of(value, value - 0.02, value + 0.02, n=np.full(len(rows), 800.0)),
            overall=0.69,
        )
        return SegmentsPage(
            subject=self.subject(name, version, query.span),
            query=query,
            verdict=self.verdict(visit),
            dimensions=(
                Choice("", "所有维度" if zh else "all"),
                Choice("carrier", "carrier"),
                Choice("origin", "origin"),
            ),
            metrics=(Choice("recall", "召回率" if zh else "recall"),),
            metric_title="召回率" if zh else "recall",
            split=Split(-0.06, -0.01, -0.05, "share"),
            chart=chart,
            rows=rows,
            paging=Paging(120, query.page),
        )

    def versions(self, visit, name, a, b, span) -> VersionsPage | None:
        zh = visit.lang == "zh"
        pairs = (("recall", 0.70, 0.58), ("precision", 0.64, 0.65), ("ROC AUC", 0.86, 0.81))
        metrics = tuple(
            Versus(
                title=title,
                a=Estimate(x, x - 0.02, x + 0.02, n=9000),
                b=Estimate(y, y - 0.02, y + 0.02, n=8000),
                difference=Estimate(
                    y - x, y - x - 0.03, y - x + 0.03, p=0.00002 if abs(x - y) > 0.03 else 0.31
                ),
                unit="share",
                level="act" if y - x < -0.1 else "ok",
            )
            for title, x, y in pairs
        )
        return VersionsPage(
            subject=self.subject(name, "", span),
            a=a or "6",
            b=b or "7",
            verdict="版本 7 的召回率比版本 6 低 12 个百分点。"
            if zh
            else "Version 7 has 12 points less recall than version 6.",
            rows_a=91_112,
            rows_b=88_014,
            metrics=metrics,
            segments=tuple(
                msgspec.structs.replace(m, title=row.segment)
                for m, row in zip(metrics, self.segment_rows(), strict=False)
            ),
            charts=(
                self.series("Version 7 fell, version 6 did not" if not zh else "版本 7 下降，版本 6 未下降"),
            ),
        )

    def data(self, visit, name, page) -> DataPage | None:
        zh = visit.lang == "zh"
        if self.scenario == "empty":
            return DataPage(
                subject=Subject(name=name, version="", level="silent"), connect=self.connect(visit, name)
            )
        rows = tuple(
            (
                f"2013-09-01 09:{29 - i:02d}",
                f"2013-09-01-{name[:40]}-{i}",
                "7",
                f"0.{71 - i}",
                self.names[0],
                "733",
                "LGA",
            )
            for i in range(20)
        )
        quarantine = (
            QuarantineRow(
                key="q1",
                at=NOW - timedelta(hours=5),
                kind="predictions",
                source="loader-1.4711",
                reason="dep_delay: “n/a” is no number" if not zh else "dep_delay：“n/a” 不是数字",
                fix="Send null for what is missing." if not zh else "缺失值请发送 null。",
                rows=1204,
                sample='{"id": "8812", "dep_delay": "n/a", "carrier": ' + repr(self.names[0]) + "}",
            ),
            QuarantineRow(
                key="q2",
                at=NOW - timedelta(days=2),
                kind="labels",
                source="upload",
                reason="label “maybe” was never seen" if not zh else "标签“maybe”从未出现",
                fix="Use 0 or 1." if not zh else "请使用 0 或 1。",
                rows=3,
            ),
        )
        facts = (
            (("已接收", 336_776), ("已有标签", 276_156), ("重复", 12), ("隔离", 1207))
            if zh
            else (("accepted", 336_776), ("labelled", 276_156), ("duplicate", 12), ("quarantined", 1207))
        )
        return DataPage(
            subject=self.subject(name),
            counts=tuple(Fact(k, v) for k, v in facts),
            tail=Grid(("time", "id", "version", "score", *self.features[:3]), rows),
            quarantine=quarantine if self.broken else (),
            paging=Paging(2 if self.broken else 0, page),
        )

    def monitor(self, visit, name) -> MonitorPage | None:
        return MonitorPage(
            subject=self.subject(name),
            check=self.check(visit, name, TOML, {}),
            saved=NOW - timedelta(days=9),
            saved_by="anna",
        )

    def training(self, visit) -> TrainingPage:
        return TrainingPage()

    def settings(self, visit) -> SettingsPage:
        if self.scenario == "empty":
            return SettingsPage(kinds=("webhook", "slack"), home="/var/lib/vedette")
        name = self.names[0]
        return SettingsPage(
            users=(UserRow(name="anna", role="admin", last_seen=NOW), UserRow(name=name, role="viewer")),
            keys=(
                KeyRow(
                    key="vd_3f9a",
                    name=name,
                    scopes=("write",),
                    created=NOW,
                    expires=NOW + timedelta(days=300),
                    last_used=NOW - timedelta(seconds=50),
                ),
            ),
            sinks=(
                SinkRow(
                    key="s1",
                    name="on-call",
                    kind="slack",
                    target="https://hooks.slack.com/services/T000/B000/…",
                    last_sent=NOW - timedelta(hours=3),
                ),
                SinkRow(
                    key="s2",
                    name=name,
                    kind="webhook",
                    target="https://example.org/" + "x" * 80,
                    level="watch",
                    failed=3,
                ),
            ),
            kinds=(
                "alertmanager",
                "dingtalk",
                "email",
                "feishu",
                "pagerduty",
                "slack",
                "teams",
                "webhook",
                "wecom",
            ),
            home="/var/lib/vedette",
        )

    def search(self, visit, words) -> tuple[Hit, ...]:
        kind = "模型" if visit.lang == "zh" else "model"
        found = [name for name in self.names if words.lower() in name.lower()]
        return tuple(Hit(kind, name, addresses.model(name)) for name in found[:8])

    def pulse(self, visit, name) -> str:
        return str(len(self.done))

    def connect(self, visit, model: str = "my-model") -> Connect:
        return Connect(visit.address or "http://127.0.0.1:8000", "vd_4n9xK2mQ7pL0", model)

    # -- deeds ---------------------------------------------------------------------------------------------

    def notice(self, visit, *deed) -> Notice:
        self.done.append(deed)
        return Notice("ok", "已完成" if visit.lang == "zh" else "Done")


class Deeds:
    """The deeds of a sample: remembered, so that the next page shows them."""

    def __init__(self, sample: Sample) -> None:
        self.sample = sample

    def incident(self, visit, number, deed, value) -> Notice:
        return self.sample.notice(visit, "incident", deed, value)

    def acknowledge_all(self, visit, name) -> Notice:
        return self.sample.notice(visit, "acknowledge_all", name, "")

    def refeed(self, visit, name, keys) -> Notice:
        return self.sample.notice(visit, "refeed", name, keys)

    def discard(self, visit, name, keys) -> Notice:
        return self.sample.notice(visit, "discard", name, keys)

    def upload(self, visit, name, kind, filename, body) -> Notice:
        return self.sample.notice(visit, "upload", kind, filename, body)

    def save(self, visit, name, toml) -> Notice:
        return self.sample.notice(visit, "save", name, toml)

    def check(self, visit, name, toml, changes) -> Check:
        return self.sample.check(visit, name, toml, changes)

    def preview(self, visit, name, toml) -> Preview:
        alarms = tuple(
            Alarm(
                at=NOW - timedelta(days=90 * i + 3),
                level="act" if i == 0 else "watch",
                title=self.sample.cause(visit),
            )
            for i in range(3)
        )
        sentence = (
            "按此预算，去年会发出 3 次告警："
            if visit.lang == "zh"
            else "With this budget 3 alarms would have fired last year:"
        )
        return Preview(sentence=sentence, windows=365, alarms=alarms)

    def setting(self, visit, what, values) -> tuple[Notice, str]:
        return self.sample.notice(visit, what, dict(values), ""), "vd_new_secret" if what == "add-key" else ""


def _check(self, visit, name, toml, changes) -> Check:
    import tomllib

    for key, value in changes.items():
        lines = [f'{key} = "{value}"' if line.startswith(f"{key} =") else line for line in toml.splitlines()]
        toml = "\n".join(lines) + "\n"
    try:
        found = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        return Check(toml=toml, problems=(Problem(str(error), "TOML", "", 1),))
    windows = {k: v for k, v in found.get("windows", {}).items() if k in Form.__struct_fields__}
    return Check(toml=toml, form=Form(**windows, **found.get("alerts", {})))


Sample.check = _check
