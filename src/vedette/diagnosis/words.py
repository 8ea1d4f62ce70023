"""Every sentence a diagnosis says, in English and in Chinese, as templates with named fields."""

from __future__ import annotations

import string
from typing import Any, Literal

from vedette.numerals import number
from vedette.sentences.windows import window_in

Lang = Literal["en", "zh"]
#: Fields that are labels of windows.
_WINDOWS = ("window", "again", "first")

#: key -> (English, Chinese). Formats: ``share`` as per cent, ``num`` to three digits, ``int`` with separators.
TEMPLATES: dict[str, tuple[str, str]] = {
    "verdict.plain": ("{cause}.", "{cause}。"),
    "verdict.since": ("Since {window}: {cause}.", "自 {window} 起：{cause}。"),
    "verdict.measured": (
        "Accuracy went from {then:share} to {now:share}{since}: {cause}.",
        "{since}准确率从 {then:share} 变为 {now:share}：{cause}。",
    ),
    "verdict.expected": (
        "Accuracy, expected without labels, went from {then:share} to {now:share}{since}: {cause}.",
        "{since}无标签估计的准确率从 {then:share} 变为 {now:share}：{cause}。",
    ),
    "deploy": (
        " It begins with the deploy {deploy}: look there first.",
        "变化始于部署 {deploy}：请先检查该部署。",
    ),
    "since": (" since {window}", "自 {window} 起，"),
    "on": (" on {window}", "{window} "),
    "verdict.on": ("On {window}: {cause}.", "{window}：{cause}。"),
    "cause.unit_named": (
        (
            "{column} is in another unit: {unit} fits {share:share} of its distribution"
            " (mean {then:num} before, {now:num} now)"
        ),
        "{column} 换了单位：{unit} 与其 {share:share} 的分布吻合（均值由 {then:num} 变为 {now:num}）",
    ),
    "cause.unit_free": (
        "{column} was rescaled: {factor:num} times the reference's values plus {offset:num} (R² {fit:fit})",
        "{column} 被重新缩放：约为参考值的 {factor:num} 倍加 {offset:num}（R² {fit:fit}）",
    ),
    "cause.default_value": (
        (
            "{share:share} of {column} are now the single value {value}, {then:share} before,"
            " and the rest kept its shape"
        ),
        "{column} 中 {share:share} 变成同一个值 {value}（此前为 {then:share}），其余部分形状不变",
    ),
    "cause.missing_burst": (
        "{column} is missing in {now:share} of rows, {then:share} before",
        "{column} 在 {now:share} 的行中缺失，此前为 {then:share}",
    ),
    "cause.missing_burst_segment": (
        "{column} is missing in {now:share} of rows, {then:share} before, and only where {segment}",
        "{column} 在 {now:share} 的行中缺失，此前为 {then:share}，且仅限于 {segment}",
    ),
    "cause.swapped_columns": (
        (
            "{column} and {other} have changed places: each now has the other's distribution"
            " (largest gap {gap:share}, {own:share} from its own)"
        ),
        "{column} 与 {other} 互换了位置：各自呈现对方的分布（最大差距 {gap:share}，与自身参考差 {own:share}）",
    ),
    "cause.new_category": (
        "{share:share} of {column} are categories that the reference never had",
        "{column} 中 {share:share} 是参考数据从未出现的类别",
    ),
    "cause.covariate_shift": (
        (
            "{column} moved most among {columns:int} columns ({effect:num} nats),"
            " and this explains {explained:share} of the change while the meaning of the scores held"
        ),
        "{columns:int} 个列中 {column} 变化最大（{effect:num} nats），可解释 {explained:share} 的变化，得分的含义未变",
    ),
    "cause.covariate_shift_unlabelled": (
        (
            "{column} moved most among {columns:int} columns ({effect:num} nats), and the scores moved with it;"
            " without labels nobody can say whether their meaning held"
        ),
        "{columns:int} 个列中 {column} 变化最大（{effect:num} nats），得分随之变化；没有标签，无法判断得分含义是否未变",
    ),
    "cause.covariate_shift_outputs": (
        (
            "{column} moved most among {columns:int} columns ({effect:num} nats),"
            " and the predictions moved with it; nothing was counted that says whether their meaning held"
        ),
        "{columns:int} 个列中 {column} 变化最大（{effect:num} nats），预测随之变化；没有统计能说明其含义是否未变",
    ),
    "cause.label_shift": (
        (
            "the share of {positive} went from {then:share} to {now:share} while each class kept its scores,"
            " which explains {explained:share} of the change"
        ),
        "{positive} 的占比从 {then:share} 变为 {now:share}，而各类别的得分分布未变，可解释 {explained:share} 的变化",
    ),
    "cause.label_shift_unlabelled": (
        (
            "the scores look like {positive} going from {then:share} to {now:share}"
            " ({low:share} to {high:share}; goodness of fit p = {fit:num})"
        ),
        (
            "得分表明 {positive} 的占比从 {then:share} 变为 {now:share}"
            "（{low:share} 至 {high:share}；拟合优度 p = {fit:num}）"
        ),
    ),
    "cause.concept_shift_segment": (
        (
            "the same scores mean something else where {segment}:"
            " observed minus expected rate {bias:points} points, and no such change elsewhere"
        ),
        "在 {segment} 中同样的得分含义已变：实际比率与预期相差 {bias:points} 个百分点，其他分组没有这种变化",
    ),
    "cause.concept_shift": (
        (
            "the same scores mean something else: {explained:share} of the change is in the labels given the score,"
            " observed minus expected rate {bias:points} points"
        ),
        "同样的得分含义已变：{explained:share} 的变化在于给定得分时的标签，实际比率与预期相差 {bias:points} 个百分点",
    ),
    "cause.labels_flipped": (
        (
            "labels look inverted in {rate:share} of all rows, in every segment alike,"
            " while the scores did not move"
        ),
        "约 {rate:share} 的标签像是被颠倒，各分组相同，而得分没有变化",
    ),
    "cause.labels_lost": (
        (
            "{rate:share} of the labels that should be {positive} say otherwise, in every segment alike,"
            " while the scores did not move"
        ),
        "本应为 {positive} 的标签中 {rate:share} 不是如此，各分组相同，而得分没有变化",
    ),
    "cause.labels_spurious": (
        (
            "{rate:share} of the labels that should not be {positive} say so, in every segment alike,"
            " while the scores did not move"
        ),
        "本不应为 {positive} 的标签中 {rate:share} 却是如此，各分组相同，而得分没有变化",
    ),
    "cause.labels_late": (
        (
            "labels have come for {now:share} of rows, {then:share} before, and not at random:"
            " the labelled rows changed, the scores of all rows did not"
        ),
        "已有标签的行占 {now:share}，此前为 {then:share}，且并非随机：有标签的行变了，全部行的得分没有变",
    ),
    "cause.duplicated_data": (
        "{rows:int} rows came again with an id already seen, {share:share} of what arrived",
        "{rows:int} 行的 id 重复出现，占到达数据的 {share:share}",
    ),
    "cause.joint_drift": (
        "how columns go together changed, most along {direction}, while each by itself stayed",
        "各列之间的关系发生变化，主要沿 {direction}，而单独每一列没有变化",
    ),
    "cause.benign_drift": (
        "{column} moved ({effect:num} nats), and neither the scores nor their meaning moved with it",
        "{column} 发生变化（{effect:num} nats），但得分及其含义均未随之变化",
    ),
    "cause.benign_impact": (
        (
            "{column} moved most among {columns:int} columns ({effect:num} nats) and the scores moved with it, to rows"
            " as easy as before: expected change of accuracy {gain:points} points"
        ),
        (
            "{columns:int} 个列中 {column} 变化最大（{effect:num} nats），得分随之变化，但新的数据与此前同样容易判断："
            "预计准确率变化 {gain:points} 个百分点"
        ),
    ),
    "cause.duplicated_window": (
        "{again} holds the very rows of {first} (windows that repeat an earlier one: {windows:int})",
        "{again} 的数据与 {first} 完全相同（重复的窗口共 {windows:int} 个）",
    ),
    "cause.input_drift": (
        (
            "{column} moved most among {columns:int} columns ({effect:num} nats); what it does to the model is unknown,"
            " for no scores were counted"
        ),
        "{columns:int} 个列中 {column} 变化最大（{effect:num} nats）；未统计得分，其对模型的影响未知",
    ),
    "cause.stable": (
        "nothing changed beyond chance in {rows:int} rows",
        "{rows:int} 行中没有超出偶然的变化",
    ),
    "cause.insufficient": (
        "{rows:int} rows are too few to tell what changed; {needed:int} are needed",
        "{rows:int} 行不足以判断发生了什么变化，至少需要 {needed:int} 行",
    ),
    "disde.change": (
        (
            "The mean loss went from {before:num} to {now:num} ({change:points} points):"
            " {covariate:points} from other proportions of known rows, {concept:points} from other labels for the same"
            " rows, {unseen:points} from rows the reference hardly has. "
        ),
        (
            "平均损失从 {before:num} 变为 {now:num}（{change:points} 点）：已知数据的比例变化 {covariate:points}，"
            "同样数据的标签变化 {concept:points}，参考数据几乎没有的新数据 {unseen:points}。"
        ),
    ),
    "disde.covariate": (
        "The first part leads: retrain with the reference weighted to the new proportions.",
        "以比例变化为主：按新的比例对参考数据加权后重新训练。",
    ),
    "disde.concept": (
        "The second part leads: no weighting mends it; check the labels, then retrain with recent ones.",
        "以标签变化为主：加权无法解决；先核对标签，再用近期标签重新训练。",
    ),
    "disde.unseen": (
        "The third part leads: collect labels in the new region, then retrain.",
        "以新数据为主：先在新区域收集标签，再重新训练。",
    ),
    "disde.none": ("No part is beyond chance.", "各部分均未超出偶然。"),
    "disde.where": (
        " It shows most where {region} ({share:share} of rows).",
        "变化最明显之处：{region}（占 {share:share} 的行）。",
    ),
    "remedy.unit_named": (
        "Fix the feed of {column}: convert it back ({unit}) and score the affected rows again.",
        "修复 {column} 的数据源：换算回原单位（{unit}），并对受影响的行重新打分。",
    ),
    "remedy.unit_free": (
        "Fix the feed of {column}: ask its producer what was rescaled, undo it and score the rows again.",
        "修复 {column} 的数据源：向其提供方确认缩放原因，还原后重新打分。",
    ),
    "remedy.default_value": (
        "Fix the feed of {column}: a default stands where a value should; treat {value} as missing until then.",
        "修复 {column} 的数据源：默认值取代了真实值；在此之前把 {value} 当作缺失。",
    ),
    "remedy.missing_burst": (
        "Fix the feed of {column}; until then fall back to a model that does not need it.",
        "修复 {column} 的数据源；在此之前改用不依赖它的模型。",
    ),
    "remedy.missing_burst_segment": (
        "Fix the feed of {column} for {segment}; until then fall back there to a model that does not need it.",
        "修复 {segment} 中 {column} 的数据源；在此之前对该处改用不依赖它的模型。",
    ),
    "remedy.swapped_columns": (
        "Fix the pipeline: put {column} and {other} back in their order and score the rows again.",
        "修复数据管道：把 {column} 与 {other} 换回原位，并重新打分。",
    ),
    "remedy.new_category": (
        (
            "Find out what the new categories of {column} are: map them if they are spellings,"
            " else collect labels for them and retrain."
        ),
        "查明 {column} 的新类别：若只是写法不同则映射，否则收集其标签后重新训练。",
    ),
    "remedy.covariate_shift": (
        "Retrain with recent rows, or with the reference weighted to them, where {column} moved to.",
        "用近期数据重新训练，或对参考数据加权，重点是 {column} 变化后的区域。",
    ),
    "remedy.covariate_shift_unlabelled": (
        "Collect labels first where {column} moved to; they decide between retraining and waiting.",
        "先在 {column} 变化后的区域收集标签，再决定重新训练还是等待。",
    ),
    "remedy.covariate_shift_outputs": (
        "Compare the errors where {column} moved to with the reference's; they decide between retraining and waiting.",
        "比较 {column} 变化后区域与参考数据的误差，再决定重新训练还是等待。",
    ),
    "remedy.label_shift": (
        "Re-prior: add {logit:num} to the logit of every score, then choose the threshold again.",
        "调整先验：给每个得分的 logit 加 {logit:num}，然后重新选择阈值。",
    ),
    "remedy.label_shift_unlabelled": (
        "Re-prior: add {logit:num} to the logit of every score, after a few labels have confirmed the new share.",
        "调整先验：用少量标签确认新占比后，给每个得分的 logit 加 {logit:num}。",
    ),
    "remedy.concept_shift_segment": (
        "Retrain with recent labelled rows where {segment}; until then recalibrate the scores there.",
        "用 {segment} 的近期有标签数据重新训练；在此之前先对该处的得分重新校准。",
    ),
    "remedy.concept_shift": (
        "Check how labels are made; if they are right, recalibrate now and retrain with recent labelled rows.",
        "检查标签的产生方式；若标签无误，先重新校准，再用近期有标签数据重新训练。",
    ),
    "remedy.labels_flipped": (
        "Fix the label pipeline: look for a changed code or join; do not retrain on these labels.",
        "修复标签管道：检查编码或关联是否改变；不要用这些标签重新训练。",
    ),
    "remedy.labels_lost": (
        "Fix the label pipeline: late labels may be counted as negative; do not retrain on these labels.",
        "修复标签管道：迟到的标签可能被当作负类；不要用这些标签重新训练。",
    ),
    "remedy.labels_spurious": (
        "Fix the label pipeline: look for a changed default or rule; do not retrain on these labels.",
        "修复标签管道：检查默认值或规则是否改变；不要用这些标签重新训练。",
    ),
    "remedy.labels_late": (
        "Fix the label pipeline or wait: judge performance when the late labels are in.",
        "修复标签管道或等待：待迟到的标签到齐后再评价性能。",
    ),
    "remedy.duplicated_data": (
        "Fix the pipeline: find out which delivery was repeated, and check that its rows are the same.",
        "修复数据管道：查明哪一批被重复投递，并核对内容是否一致。",
    ),
    "remedy.duplicated_window": (
        "Fix the pipeline: find out why {again} was filled with the rows of {first}, and load it again.",
        "修复数据管道：查明 {again} 为何装入了 {first} 的数据，并重新加载。",
    ),
    "remedy.benign_impact": (
        "Watch, no action needed: the drift of {column} costs nothing worth retraining for.",
        "继续观察，无需处理：{column} 的漂移代价不值得重新训练。",
    ),
    "remedy.joint_drift": (
        "Look for a join or a lookup that pairs the wrong rows along {direction}; if the world changed, retrain.",
        "检查 {direction} 方向上是否有关联或查找配错了行；若是现实变化，则重新训练。",
    ),
    "remedy.benign_drift": (
        "Nothing to do for the model; note the change of {column} and go on watching.",
        "模型无需处理；记录 {column} 的变化并继续观察。",
    ),
    "remedy.input_drift": (
        "Name the score in the schema, and collect labels where {column} moved to.",
        "在 schema 中声明得分列，并在 {column} 变化后的区域收集标签。",
    ),
    "remedy.stable": ("Nothing to do.", "无需处理。"),
    "remedy.insufficient": (
        "Wait for more rows, or use longer windows.",
        "等待更多数据，或使用更长的窗口。",
    ),
}


class _Formatter(string.Formatter):
    """Formats of numbers as people read them."""

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec == "share":
            return number(value, "share")
        if format_spec == "num":
            return number(value)
        if format_spec == "int":
            return f"{value:,.0f}"
        if format_spec == "points":
            return f"{100 * value:+.1f}"
        return f"{value:.4f}" if format_spec == "fit" else str(value)


def say(lang: Lang, key: str, **fields: Any) -> str:
    """Return a template with its fields filled in.

    Examples
    --------
    >>> say("en", "verdict.plain", cause="Nothing changed")
    'Nothing changed.'
    >>> say("zh", "cause.missing_burst", column="age", now=0.31, then=0.01)
    'age 在 31% 的行中缺失，此前为 1%'
    """
    told = {k: window_in(lang, v) if k in _WINDOWS else v for k, v in fields.items()}
    return _Formatter().vformat(TEMPLATES[key][0 if lang == "en" else 1], (), told)


def one_line(name: str) -> str:
    r"""Return a name of foreign data without line breaks, and cut to 80 characters.

    Examples
    --------
    >>> one_line(" a\n b ")
    'a b'
    """
    flat = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    return flat if len(flat) <= 80 else f"{flat[:79]}…"
