"""Every sentence of a finding, a note and a canary, as a template in English and in Chinese with named fields.

Fields are printed by the formats of `vedette.sentences.filling`: ``{now:span {unit}}`` is an estimate with its
interval, in the unit that the field `unit` names.
"""

from __future__ import annotations

#: form -> (English, Chinese).
TEMPLATES: dict[str, tuple[str, str]] = {
    "verbatim": ("{text}", "{text}"),
    # rules
    "change.rose": (
        "{subject:subject} rose from {then:span {unit}} to {now:span {unit}}",
        "{subject:subject}从 {then:span {unit}} 升至 {now:span {unit}}",
    ),
    "change.fell": (
        "{subject:subject} fell from {then:span {unit}} to {now:span {unit}}",
        "{subject:subject}从 {then:span {unit}} 降至 {now:span {unit}}",
    ),
    "change.unsized": (
        "{subject:subject} left its reference, {then:span {unit}}: too few labels to say how far",
        "{subject:subject}偏离参考值 {then:span {unit}}：标签太少，无法判断偏离多少",
    ),
    "change.uncovered": (
        "{subject:subject} left its reference, {then:span {unit}}, for rows that the reference does not cover",
        "{subject:subject}偏离参考值 {then:span {unit}}，而参考数据不涵盖这些行，无法判断偏离多少",
    ),
    "shift.small": (
        "{column}{segment:where} moved: a small shift, {title:title} {now:span}",
        "{segment:where}{column} 发生小幅偏移：{title:title} {now:span}",
    ),
    "shift.medium": (
        "{column}{segment:where} moved: a medium shift, {title:title} {now:span}",
        "{segment:where}{column} 发生中等偏移：{title:title} {now:span}",
    ),
    "shift.large": (
        "{column}{segment:where} moved: a large shift, {title:title} {now:span}",
        "{segment:where}{column} 发生大幅偏移：{title:title} {now:span}",
    ),
    "moved": (
        "{column} moved: {title:title} {now:span}",
        "{column} 的分布发生变化：{title:title} {now:span}",
    ),
    "moved.unsized": (
        "{column} moved: too few rows to say how far",
        "{column} 的分布发生变化：行数太少，无法判断变化多大",
    ),
    "missing": (
        "{columns:names} is missing in {now:number share} of rows, {then:number share} in the reference",
        "{columns:names} 在 {now:number share} 的行中缺失，参考数据中为 {then:number share}",
    ),
    "missing.several": (
        "{columns:names} are missing in {now:number share} of rows, {then:number share} in the reference",
        "{columns:names} 均在 {now:number share} 的行中缺失，参考数据中为 {then:number share}",
    ),
    "together": (
        "{what:said} moved together, most along {direction}: {title:title} {now:span}",
        "{what:said}的联合分布发生变化，主要沿 {direction}：{title:title} {now:span}",
    ),
    "together.columns": ("columns", "各列"),
    "benign": (
        "{finding:said}; expected errors stay: watch, no action needed",
        "{finding:said}；预计误差不变：继续观察，无需处理",
    ),
    "threshold.below": (
        "{subject:subject} is {now:span {unit}}, below {limit:number {unit}}",
        "{subject:subject}为 {now:span {unit}}，低于 {limit:number {unit}}",
    ),
    "threshold.above": (
        "{subject:subject} is {now:span {unit}}, above {limit:number {unit}}",
        "{subject:subject}为 {now:span {unit}}，高于 {limit:number {unit}}",
    ),
    "rows.few": (
        "{rows:number} rows in {window:window}; usually {usual:number}",
        "{window:window} 有 {rows:number} 行，通常为 {usual:number} 行",
    ),
    "rows.alone": (
        "{rows:number} rows: there is nothing to compare",
        "{rows:number} 行：没有可比较的数据",
    ),
    "rows.repeated": (
        "The rows of {again:window} are those of {first:window}",
        "{again:window} 的数据与 {first:window} 完全相同",
    ),
    "band": (
        (
            "{subject:subject}: {value:number {unit}}{window:within}, expected {expected:number {unit}}"
            " ({usual:ends {unit}}); p = {p:.2g}"
        ),
        (
            "{window:within}{subject:subject}为 {value:number {unit}}，预期 {expected:number {unit}}"
            "（{usual:ends {unit}}）；p = {p:.2g}"
        ),
    ),
    "band.extrapolated": (
        (
            "{subject:subject}: {value:number {unit}}{window:within}, expected {expected:number {unit}}"
            " ({usual:ends {unit}}); p = {p:.2g}, extrapolated"
        ),
        (
            "{window:within}{subject:subject}为 {value:number {unit}}，预期 {expected:number {unit}}"
            "（{usual:ends {unit}}）；p = {p:.2g}（外推）"
        ),
    ),
    "labels.late": (
        "Labels are late: {now:number share} of {window:window} have one after {delay}; usually {usual:number share}",
        "标签迟到：{delay} 之后 {window:window} 有标签的行占 {now:number share}，通常为 {usual:number share}",
    ),
    "all_of": ("{parts:and}", "{parts:and}"),
    "any_of": ("{parts:or}", "{parts:or}"),
    "all_of.named": ("{name}: {parts:and}", "{name}：{parts:and}"),
    "any_of.named": ("{name}: {parts:or}", "{name}：{parts:or}"),
    "silence.rows": (
        "No rows for {waited:lasting}; a window is {every}",
        "已有 {waited:lasting}没有数据到达；一个窗口为 {every}",
    ),
    "silence.unjudged": (
        "Rows arrive and have not been judged for {waited:lasting}; is the monitor running?",
        "数据正常到达，但已有 {waited:lasting}未被评估；请检查监控是否在运行",
    ),
    # windows
    "window.rows": ("rows {first}–{last}", "第 {first}–{last} 行"),
    # why a task, a class, a metric
    "why.schema": ("the schema says so", "schema 如此声明"),
    "why.query": ("the schema names a query column, {column}", "schema 声明了查询列 {column}"),
    "why.labels": ("the schema names {count} label columns", "schema 声明了 {count} 个标签列"),
    "why.scores": ("there are scores for {count} classes", "有 {count} 个类别的得分"),
    "why.score": (
        "there is a score, {column}, and nothing says otherwise",
        "有得分列 {column}，且没有相反的说明",
    ),
    "why.no_role": (
        "the schema names neither label, prediction nor score: data quality and drift only",
        "schema 未声明标签、预测或得分：只监控数据质量与漂移",
    ),
    "why.empty_label": ("{column} is empty but there is a score", "{column} 为空，但有得分"),
    "why.empty": ("{column} is empty", "{column} 为空"),
    "why.numbers": ("{column} holds {count} distinct numbers", "{column} 有 {count} 个不同的数值"),
    "why.values": ("{column} has {count} distinct values", "{column} 有 {count} 个不同的值"),
    "why.two_values": (
        "{column} has {count} distinct values: {values:names}",
        "{column} 有 {count} 个不同的值：{values:names}",
    ),
    "why.multilabel": ("each label column is 0 or 1", "每个标签列取 0 或 1"),
    "why.classes": ("{count} classes", "{count} 个类别"),
    "why.positive_said": ("{name} counts as positive: the schema says so", "{name} 为正类：schema 如此声明"),
    "why.positive_last": (
        "{name} counts as positive: it is the last of the two in order",
        "{name} 为正类：它是两类中按顺序的后一个",
    ),
    "why.no_id": (
        "the schema names none: rows go by their order, and repeats are not looked for",
        "schema 未声明：行按其顺序识别，不检查重复",
    ),
    "why.needs_id": ("{metric} needs an id", "{metric} 需要 id"),
    "why.needs_time": ("{metric} needs the event time", "{metric} 需要事件时间"),
    "why.other_task": (
        "{metric} is for {tasks:tasks} tasks; this is {task:task}",
        "{metric} 适用于{tasks:tasks}任务，而此处为{task:task}任务",
    ),
    "why.few_numbers": ("{metric} takes at least two number features", "{metric} 至少需要两个数值特征"),
    "why.many_classes": (
        "{metric} is for at most {most} classes; here are {count}",
        "{metric} 至多支持 {most} 个类别，此处有 {count} 个",
    ),
    "why.needs_known_labels": (
        "{metric} needs labels in the reference; the schema names none",
        "{metric} 需要参考数据有标签，schema 未声明标签",
    ),
    "why.needs_errors": (
        "{metric} needs a reference with labels and predictions",
        "{metric} 需要含标签与预测的参考数据",
    ),
    "why.one_class": (
        "{metric} is of one class: name it with of=...",
        "{metric} 针对一个类别：用 of=... 指明",
    ),
    "why.many_curves": (
        "{metric} keeps the score bins of every class; ask for it by name, or for one class with of=...",
        "{metric} 需保存每个类别的得分分箱：请按名称要求，或用 of=... 指明一个类别",
    ),
    "why.needs_labels": ("{metric} needs labels; the schema names none", "{metric} 需要标签，schema 未声明"),
    "why.needs_scores": ("{metric} needs scores; the schema names none", "{metric} 需要得分，schema 未声明"),
    "why.needs_predictions": (
        "{metric} needs predictions or scores; the schema names neither",
        "{metric} 需要预测或得分，schema 均未声明",
    ),
    "why.needs_scores_of": (
        "{metric} needs scores of {classes:names}, which the schema does not name",
        "{metric} 需要 {classes:names} 的得分，schema 未声明",
    ),
    "why.needs_queries": (
        "{metric} needs the query and the score of each row; the schema does not name both",
        "{metric} 需要每行的查询与得分，schema 未同时声明两者",
    ),
    "why.needs_predicted_numbers": (
        "{metric} needs predictions that are numbers; the schema names none",
        "{metric} 需要数值型的预测，schema 未声明",
    ),
    "why.refused": ("{error}", "无法计算，原文说明：“{error}”"),
    # evidence
    "evidence.windows": (
        "by chance at most once in {windows:int} windows",
        "若仅出于偶然，{windows:int} 个窗口中至多出现一次",
    ),
    "evidence.rare": (
        "by chance less than once in a billion windows",
        "若仅出于偶然，十亿个窗口中不到一次",
    ),
    "evidence.family": ("p {p:p} over everything looked at", "对全部检查项校正后 p {p:p}"),
    "evidence.own": ("p {p:p} in its own series", "就其自身序列而言 p {p:p}"),
    # canary
    "canary.same": (
        (
            "No difference is proved in {rows:both} rows in {windows:int} windows"
            " (evidence {evidence:.3g} of {needed:.3g} needed)."
        ),
        "{windows:int} 个窗口、{rows:both} 行中未能证明存在差异（证据 {evidence:.3g}，需要 {needed:.3g}）。",
    ),
    "canary.different": (
        "The arms differ, proved at {since:window} of {rows:both} rows in {windows:int} windows: {first:said}.",
        "两组存在差异，在 {windows:int} 个窗口、{rows:both} 行中于 {since:window} 得到证明：{first:said}。",
    ),
    "canary.line": (
        "{difference:said} (evidence {evidence:.3g})",
        "{difference:said}（证据 {evidence:.3g}）",
    ),
    # notes
    "note.counted": ("{what:said}: {count:int}", "{what:said}：{count:int}"),
    "note.reference": ("In the reference: {note:said}", "参考数据中：{note:said}"),
    "note.rows": ("Rows", "行数"),
    "note.column_empty": (
        "Column {column} is empty in the reference: its drift is unknown",
        "列 {column} 在参考数据中为空：无法判断其漂移",
    ),
    "note.column_absent": ("Column {column} is not in these data", "列 {column} 不在这些数据中"),
    "note.column_unwatched": (
        "Column {column} is not in the reference and is not watched",
        "列 {column} 不在参考数据中，未被监控",
    ),
    "note.scores_outside": ("Scores in {column} outside 0 to 1", "{column} 中超出 0 到 1 的得分"),
    "note.wrong_type": ("Entries of {column} that are not numbers", "{column} 中不是数字的值"),
    "note.labels_outside": (
        "Labels outside the known classes ({classes})",
        "不属于已知类别（{classes}）的标签",
    ),
    "note.no_prediction": (
        "Rows without a prediction among the known classes ({classes})",
        "没有已知类别（{classes}）预测的行",
    ),
    "note.duplicate_id": (
        "Rows that came again with the same {column}, of which the last counts",
        "{column} 相同而重复到达的行，以最后一行为准",
    ),
    "note.no_id": (
        "Rows without an entry in {column}, never taken for duplicates",
        "{column} 为空的行，不视为重复",
    ),
    "note.no_time": (
        "Rows without a usable time in {column}, which belong to no window",
        "{column} 中没有可用时间的行，不属于任何窗口",
    ),
    "note.planned": (
        "Rows at times in {column} that the calendar leaves out, which nothing was learnt from",
        "{column} 处于日历排除时段的行，未用于学习",
    ),
    "note.naive": ("Times in {column} without a zone, read as UTC", "{column} 中没有时区的时间，按 UTC 读取"),
    "note.labels_unmatched": ("Labels that belong to no prediction here", "不属于此处任何预测的标签"),
    "note.labels_repeated": (
        "Labels replaced by a later one of the same id",
        "被同一 id 的后来标签取代的标签",
    ),
    "note.labels_nameless": ("Labels without an entry in {column}, left out", "{column} 为空的标签，已略去"),
    "note.labels_immature": (
        "Windows whose labels are not in; performance leaves them out",
        "标签尚未到齐的窗口，性能指标不含这些窗口",
    ),
    "note.labels_unsettled": (
        "No rows are old enough to show how long labels take at most",
        "没有足够早的行能说明标签最长需要多久",
    ),
    "note.quarantined": (
        "{name} cannot be read and is left out: {error}",
        "{name} 无法读取，已略去；原文说明：“{error}”",
    ),
    "note.queries_split": (
        "Rows of {count} queries do not stand together; each run of them counts as a query",
        "{count} 个查询的行不连续；每段连续的行按一个查询计",
    ),
    "note.anytime": (
        (
            "The intervals of the model's metrics over the whole period hold at every look while it grows;"
            " those of one window are for that window"
        ),
        "整个时段的模型指标区间在时段增长过程中每次查看都成立；单个窗口的区间只针对该窗口",
    ),
    "note.power_none": (
        (
            "With {usual:int} labelled rows behind {metric:title} in a window, a drop of {points:number} points"
            " is not seen: use longer windows"
        ),
        (
            "每个窗口中{metric:title}背后约有 {usual:int} 个有标签的行，"
            "看不出 {points:number} 个百分点的下降：请使用更长的窗口"
        ),
    ),
    "note.power_one": (
        (
            "With {usual:int} labelled rows behind {metric:title} in a window, a drop of {points:number} points is seen"
            " after {windows:int} window"
        ),
        (
            "每个窗口中{metric:title}背后约有 {usual:int} 个有标签的行，"
            "{points:number} 个百分点的下降在 {windows:int} 个窗口后可见"
        ),
    ),
    "note.power": (
        (
            "With {usual:int} labelled rows behind {metric:title} in a window, a drop of {points:number} points is seen"
            " after {windows:int} windows"
        ),
        (
            "每个窗口中{metric:title}背后约有 {usual:int} 个有标签的行，"
            "{points:number} 个百分点的下降在 {windows:int} 个窗口后可见"
        ),
    ),
    "note.promise_columns": (
        (
            "Alarms keep one promise for all {columns:int} columns: at most {promise:promise} by chance;"
            " compared by season: {seasons:seasons}"
        ),
        (
            "全部 {columns:int} 个列的告警共同遵守一个承诺：仅出于偶然的告警至多{promise:promise}；"
            "按季节比较：{seasons:seasons}"
        ),
    ),
    "note.promise_columns_short": (
        (
            "Alarms keep one promise for all {columns:int} columns: at most {promise:promise} by chance;"
            " the reference is too short to know a season, so small changes are granted"
        ),
        (
            "全部 {columns:int} 个列的告警共同遵守一个承诺：仅出于偶然的告警至多{promise:promise}；"
            "参考数据太短，无法得知季节性，因此容许小幅变化"
        ),
    ),
    "note.promise_outcomes": (
        (
            "Alarms keep one promise for all {columns:int} columns and {outcomes:int} outcomes of the model and its"
            " segments: at most {promise:promise} by chance; compared by season: {seasons:seasons}"
        ),
        (
            "全部 {columns:int} 个列以及模型与其分组的 {outcomes:int} 项结果的告警共同遵守一个承诺："
            "仅出于偶然的告警至多{promise:promise}；按季节比较：{seasons:seasons}"
        ),
    ),
    "note.promise_outcomes_short": (
        (
            "Alarms keep one promise for all {columns:int} columns and {outcomes:int} outcomes of the model and its"
            " segments: at most {promise:promise} by chance; the reference is too short to know a season,"
            " so small changes are granted"
        ),
        (
            "全部 {columns:int} 个列以及模型与其分组的 {outcomes:int} 项结果的告警共同遵守一个承诺："
            "仅出于偶然的告警至多{promise:promise}；参考数据太短，无法得知季节性，因此容许小幅变化"
        ),
    ),
}
