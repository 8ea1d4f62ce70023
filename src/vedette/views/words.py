"""Every phrase that a page, a chart or a terminal shows, in English and in Chinese."""

from __future__ import annotations

from typing import Any, Literal, get_args

from vedette.numerals import signed

Lang = Literal["en", "zh"]
LANGS: tuple[Lang, ...] = get_args(Lang)
#: What the `lang` attribute of a page says.
HTML_LANG: dict[Lang, str] = {"en": "en", "zh": "zh-CN"}

#: key -> (English, Chinese). A key with `_one` is taken when n is 1.
PHRASES: dict[str, tuple[str, str]] = {
    # status
    "ok": ("ok", "正常"),
    "info": ("note", "提示"),
    "watch": ("watch", "关注"),
    "act": ("act", "处理"),
    "silent": ("no evidence", "无证据"),
    # parts of the page
    "findings": ("What changed", "发生了什么变化"),
    "more_findings": ("{n} more findings", "另有 {n} 条发现"),
    "more_findings_one": ("1 more finding", "另有 1 条发现"),
    "findings_left_out": ("{n} further findings are in the JSON output.", "其余 {n} 条发现见 JSON 输出。"),
    "numbers": ("Key numbers", "关键指标"),
    "accounting": ("What was read", "读取的数据"),
    "why": ("Why these metrics", "为何选这些指标"),
    "notes": ("What you should know", "须知"),
    "table": ("Table", "表格"),
    "theme": ("Light or dark", "切换明暗"),
    "show_all": ("Show the whole period", "显示全部时段"),
    "zoom_hint": ("Drag across a chart to zoom all of them", "在图上拖动可同时缩放所有图"),
    "skip": ("Skip to the verdict", "跳到结论"),
    "no_script": (
        "The charts need JavaScript; the tables below each of them show the same numbers.",
        "图表需要 JavaScript；每张图下方的表格列出相同的数字。",
    ),
    "chart_failed": ("This chart could not be drawn; its table has the numbers.", "此图无法绘制，数字见表格。"),
    "left_out": (
        "{n} parts were left out to keep this page small; the JSON output has their numbers.",
        "为控制页面大小省略了 {n} 个部分，数字见 JSON 输出。",
    ),
    "left_out_one": (
        "1 part was left out to keep this page small; the JSON output has its numbers.",
        "为控制页面大小省略了 1 个部分，数字见 JSON 输出。",
    ),
    "rows_left_out": ("{n} further rows are in the JSON output.", "其余 {n} 行见 JSON 输出。"),
    "rows_left_out_one": ("1 further row is in the JSON output.", "其余 1 行见 JSON 输出。"),
    "made_by": ("Written by vedette {version}", "由 vedette {version} 生成"),
    "content_hash": ("content {hash}", "内容哈希 {hash}"),
    # findings
    "effect": ("effect", "幅度"),
    "evidence": ("evidence", "证据"),
    "impact": ("impact", "影响"),
    "impact_accuracy": ("accuracy {change} points, projected", "预计准确率 {change} 个百分点"),
    "impact_loss": ("mean absolute error {change} %, projected", "预计平均绝对误差 {change} %"),
    "no_action": ("watch, no action needed", "继续观察，无需处理"),
    # numbers
    "metric": ("metric", "指标"),
    "now": ("now", "当前"),
    "value": ("value", "值"),
    "interval": ("interval", "区间"),
    "reference": ("reference", "参考"),
    "current": ("current", "当前"),
    "change": ("change", "变化"),
    "trend": ("trend", "走势"),
    "rows": ("rows", "行数"),
    "points": ("{change} points", "{change} 个百分点"),
    "better": ("better", "变好"),
    "worse": ("worse", "变差"),
    "higher_is_better": ("higher is better", "越高越好"),
    "lower_is_better": ("lower is better", "越低越好"),
    "window": ("window", "窗口"),
    "labelled": ("labelled", "已有标签"),
    "threshold": ("threshold", "阈值"),
    "kind": ("kind", "类别"),
    "nowcast": ("hollow: nowcast of what all labels will show", "空心点：标签未到齐，为到齐后数值的即时预测"),
    "so_far": ("hollow: not all labels are in; this is by those that are", "空心点：标签尚未到齐，仅据已到的标签"),
    "how": ("by", "依据"),
    "how_settled": ("labels", "标签"),
    "how_nowcast": ("nowcast", "即时预测"),
    "how_so_far": ("labels so far", "已到的标签"),
    "how_estimated": ("estimated without labels", "无标签估计"),
    "said_first": ("as known first", "最初所知"),
    "label_free": ("dashed: no labels yet, estimated from the scores", "虚线：尚无标签，由得分估计"),
    "two_bands": (
        "darker band: what to expect; paler: what the labels may show",
        "深色带：预期表现；浅色带：标签到达后可能的数值",
    ),
    "concept_shift": (
        "it cannot see scores that have come to mean something else (concept shift)",
        "若得分的含义已改变（概念漂移），估计无法察觉",
    ),
    # why there is no number
    "insufficient": ("too few rows", "行数太少"),
    "undefined": ("undefined here", "此处无定义"),
    "unlabelled": ("no labels yet", "尚无标签"),
    "no reference": ("no reference", "没有参考"),
    "failed": ("could not be computed", "无法计算"),
    "not covered": ("the reference has no such rows", "参考数据中没有此类行"),
    "immature": ("labels not complete yet", "标签尚未到齐"),
    # time series
    "zoomed": ("the axis starts at {start}, not at {zero}", "纵轴从 {start} 开始，而不是 {zero}"),
    "band": ("band: {level} interval", "色带：{level} 区间"),
    "merged_windows": (
        "each point stands for {k} windows: their mean by rows, the band over all their intervals",
        "每个点代表 {k} 个窗口：按行数加权的均值，色带覆盖其全部区间",
    ),
    "coverage_strip": ("strip below: share of rows with labels", "下方色条：已有标签的行所占比例"),
    "cut": ("windows with few rows reach beyond it", "行数很少的窗口超出此范围"),
    "gap": ("shaded: no evidence", "阴影：无证据"),
    "step": ("step", "步"),
    "row": ("row", "行"),
    # heat map
    "feature": ("feature", "特征"),
    "dot_is_evidence": ("a dot: beyond chance", "圆点：超出偶然"),
    "shown_of": ("{shown} of {total} shown, by impact", "按影响显示 {total} 个中的 {shown} 个"),
    "heat_merged": ("each cell is the strongest of {k} windows", "每格取 {k} 个窗口中的最强者"),
    "yes": ("yes", "是"),
    "no": ("no", "否"),
    # distributions
    "share": ("share of rows", "行所占比例"),
    "share_per": ("share of rows per {width}", "每 {width} 的行所占比例"),
    "missing": ("missing", "缺失"),
    "unseen": ("unseen", "未见过"),
    "other": ("other", "其他"),
    "below": ("below {edge}", "低于 {edge}"),
    "above": ("{edge} and above", "不低于 {edge}"),
    "from": ("from", "起"),
    "to": ("to", "止"),
    "category": ("category", "类别"),
    "outline_is_reference": ("outline: reference, filled: current", "轮廓：参考，填充：当前"),
    "only_current": ("filled: current; there is no reference", "填充：当前；没有参考"),
    # performance
    "mean_score": ("mean score", "平均得分"),
    "observed_rate": ("observed rate", "实际比率"),
    "diagonal_is_calibrated": ("dotted line: what the scores promise", "点线：得分所承诺的比率"),
    "false_positive_rate": ("false positive rate", "假阳性率"),
    "true_positive_rate": ("true positive rate (recall)", "真阳性率（召回率）"),
    "recall": ("recall", "召回率"),
    "precision": ("precision", "精确率"),
    "prevalence": ("guessing: {rate}", "随机猜测：{rate}"),
    "diagonal_is_chance": ("dotted line: guessing", "点线：随机猜测"),
    "grey_is_reference": ("grey: reference", "灰色：参考"),
    "segment": ("segment", "分组"),
    "share_of_rows": ("share", "占比"),
    "worst_shown": ("the worst {shown} of {total}", "{total} 个中最差的 {shown} 个"),
    "hollow_is_reference": ("hollow: reference, filled: current", "空心：参考，实心：当前"),
    "true_class": ("true class", "真实类别"),
    "predicted_class": ("predicted class", "预测类别"),
    "of_true_class": ("share of the true class", "占真实类别的比例"),
    "classes_shown": ("the {shown} most frequent of {total} classes; the rest is “{other}”",
                      "{total} 个类别中最常见的 {shown} 个，其余归入“{other}”"),
    # what happened
    "volume": ("bars: rows", "柱：行数"),
    "incidents_lane": ("top lane: incidents", "上方：事件"),
    "deploys_lane": ("flags: deploys", "旗标：部署"),
    "volume_merged": ("each bar stands for {k} windows", "每柱代表 {k} 个窗口"),
    "deploy": ("deploy", "部署"),
    "event": ("event", "发生的事"),
    "incidents": ("Incidents", "事件"),
    "incidents_title": ("{n} incidents, {standing} still open", "{n} 起事件，{standing} 起未结束"),
    "incidents_title_one": ("1 incident, {standing} still open", "1 起事件，{standing} 起未结束"),
    "bar_is_incident": (
        "bar: from its onset until it was last seen; mark: the window it was found in",
        "横条：从开始到最后一次出现；标记：发现它的窗口",
    ),
    "newest_shown": ("the newest {shown} of {total}", "{total} 个中最新的 {shown} 个"),
    "status": ("status", "状态"),
    "cause": ("cause", "原因"),
    "found_in": ("found in", "发现于"),
    "still_open": ("still open", "未结束"),
    # the report
    "more_below": ("{n} more findings below.", "下方另有 {n} 条发现。"),
    "more_below_one": ("1 more finding below.", "下方另有 1 条发现。"),
    "nothing_changed": (
        "Nothing changed beyond chance in {rows} rows.",
        "{rows} 行数据中没有超出偶然的变化。",
    ),
    "against": ("{rows} rows against {before} of the reference", "{rows} 行，参考 {before} 行"),
    "period": ("{first} to {last}, {n} windows; {rows}", "{first} 至 {last}，{n} 个窗口；{rows}"),
    "reference_rows": ("reference rows", "参考行数"),
    "task": ("task", "任务"),
    "windows": ("windows", "窗口数"),
    "rows_read": ("rows read", "读取行数"),
    "binary": ("binary", "二分类"),
    "multiclass": ("multiclass", "多分类"),
    "multilabel": ("multilabel", "多标签"),
    "regression": ("regression", "回归"),
    "ranking": ("ranking", "排序"),
    "none": ("none", "无"),
    "performance_section": ("Performance over time", "性能随时间的变化"),
    "curves_section": ("Score and label", "得分与标签"),
    "drift_section": ("Drift by column", "各列漂移"),
    "distributions_section": ("Distributions", "分布"),
    "distributions_intro": (
        "Reference outlined, current filled; missing, unseen and out-of-range values stand by themselves.",
        "轮廓为参考，填充为当前；缺失、未见过和超出范围的值单独列出。",
    ),
    "slices_section": ("Slices whose errors rose", "错误增多的切片"),
    "slices_title": ("{slice}: from {then} to {now}", "{slice}：由 {then} 到 {now}"),
    "slices_none": (
        "No slice of one or two features got worse beyond chance.",
        "没有任何由一两个特征构成的切片超出偶然地变差。",
    ),
    "slices_intro": (
        "Against the reference, not against other rows; false ones are bounded. The dearest is first in the table.",
        "与参考数据比较，而非与其他行比较；误报有上限。表格中代价最大的在前。",
    ),
    "slice": ("slice", "切片"),
    "cost": ("of all rows", "对全部行的影响"),
    "error_rate": ("error rate", "错误率"),
    "mean_error": ("mean absolute error", "平均绝对误差"),
    "disde_section": ("The change taken apart", "变化的分解"),
    "loss_change": ("change of the loss", "损失的变化"),
    "part": ("part", "部分"),
    "part_covariate": ("other proportions", "比例变化"),
    "part_concept": ("other labels", "标签变化"),
    "part_unseen": ("new regions", "新区域"),
    "why_task": ("task", "任务"),
    "why_classes": ("classes", "类别"),
    "why_positive": ("positive class", "正类"),
    "why_id": ("id", "id（标识列）"),
    "segments_section": ("Segments, worst first", "分组，最差的在前"),
    "by_segment": ("{metric} by {column}", "按 {column} 分组的{metric}"),
    "moved_columns": ("{moved} of {total} columns moved", "{total} 个列中有 {moved} 个发生变化"),
    "moved_none": ("None of {total} columns moved", "{total} 个列均未发生变化"),
    "column_size": ("{column}: {metric} {value}", "{column}：{metric}为 {value}"),
    "classes_title": ("Predicted against true class", "预测类别与真实类别"),
    "precision_by_recall": ("Precision by recall", "精确率与召回率"),
    "scores_off": ("Scores are off by {gap} on average", "得分平均偏差 {gap}"),
    "held_at": (
        "{metric}: {now} over all windows, {then} in the reference",
        "{metric}：全部窗口为 {now}，参考为 {then}",
    ),
    "held_at_mature": (
        "{metric}: {now} over windows whose labels are in, {then} in the reference",
        "{metric}：标签已到齐的窗口为 {now}，参考为 {then}",
    ),
    "when_since": (", since {first}", "，自 {first} 起"),
    "when_on": (", on {first}", "，发生于 {first}"),
    "when_between": (", from {first} to {last}", "，{first} 至 {last}"),
    "with_it": ("; with it {names}", "；同时变化的还有 {names}"),
    "with_it_more": ("; with it {names} and {n} more", "；同时变化的还有 {names} 以及另外 {n} 项"),
}  # fmt: skip


def say(lang: Lang, key: str, **values: Any) -> str:
    """Return a phrase with its values filled in.

    Examples
    --------
    >>> say("en", "more_findings", n=1), say("zh", "more_findings", n=3)
    ('1 more finding', '另有 3 条发现')
    """
    chosen = f"{key}_one" if values.get("n") == 1 and f"{key}_one" in PHRASES else key
    return PHRASES[chosen][LANGS.index(lang)].format(**values)


def change_of(moved: float, unit: str, lang: Lang) -> str:
    """Return a change with its sign; of shares in points, since a change of a share is no share of anything.

    Examples
    --------
    >>> change_of(-0.13, "share", "en"), change_of(0.05, "", "en")
    ('−13 points', '+0.050')
    """
    size = signed(moved, unit)
    return say(lang, "points", change=size.removesuffix("%")) if unit == "share" else size


def joined(*parts: str) -> str:
    """Return phrases joined as one line of remarks, empty ones left out.

    Examples
    --------
    >>> joined("share of rows", "", "outline: reference")
    'share of rows · outline: reference'
    """
    return " · ".join(part for part in parts if part)
