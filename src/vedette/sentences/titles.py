"""Titles of metrics, and their units, in Chinese."""

from __future__ import annotations

from typing import Literal

#: English title -> Chinese.
TITLES: dict[str, str] = {
    # classification
    "accuracy": "准确率",
    "average precision": "平均精确率（AP）",
    "balanced accuracy": "平衡准确率",
    "Brier score": "Brier 分数",
    "Cohen's kappa": "Cohen's kappa 系数",
    "cost per row": "每行成本",
    "F1": "F1",
    "F-beta": "F-beta",
    "Gini coefficient": "基尼系数",
    "Hamming loss": "汉明损失",
    "KS separation": "KS 区分度",
    "label coverage": "标签覆盖率",
    "label rate": "实际正类占比",
    "labels of unknown classes": "未知类别的标签",
    "lift": "提升度",
    "log loss": "对数损失",
    "Matthews correlation": "马修斯相关系数（MCC）",
    "precision": "精确率",
    "prediction rate": "预测正类占比",
    "recall": "召回率",
    "ROC AUC": "ROC AUC",
    "scores outside [0, 1]": "超出 [0, 1] 的得分",
    "specificity": "特异度",
    "subset accuracy": "子集准确率",
    "top-k accuracy": "前 k 准确率",
    # calibration
    "calibration bias": "校准偏差",
    "calibration intercept": "校准截距",
    "calibration slope": "校准斜率",
    "expected calibration error": "期望校准误差（ECE）",
    # regression
    "coefficient of determination (R²)": "决定系数（R²）",
    "explained variance": "可解释方差",
    "largest error": "最大误差",
    "mean absolute error": "平均绝对误差（MAE）",
    "mean absolute percentage error": "平均绝对百分比误差（MAPE）",
    "mean error (bias)": "平均误差（偏差）",
    "mean squared error": "均方误差（MSE）",
    "quantile loss": "分位数损失",
    "residual quantile": "残差分位数",
    "root mean squared error": "均方根误差（RMSE）",
    "symmetric mean absolute percentage error": "对称平均绝对百分比误差（SMAPE）",
    # ranking
    "hit rate": "命中率",
    "mean average precision": "平均精确率均值（MAP）",
    "mean reciprocal rank": "平均倒数排名（MRR）",
    "normalised discounted cumulative gain": "归一化折损累计增益（NDCG）",
    "precision at k": "前 k 精确率",
    "recall at k": "前 k 召回率",
    # drift
    "chi-square distance": "卡方距离",
    "Cramér-von Mises distance": "Cramér-von Mises 距离",
    "Hellinger distance": "Hellinger 距离",
    "Jensen-Shannon divergence": "JS 散度",
    "Kolmogorov-Smirnov distance": "Kolmogorov-Smirnov（KS）距离",
    "Kullback-Leibler divergence": "KL 散度",
    "maximum mean discrepancy": "最大均值差异（MMD）",
    "maximum mean discrepancy of embeddings": "嵌入的最大均值差异（MMD）",
    "largest change of a share": "占比的最大变化",
    "population stability index": "群体稳定性指数（PSI）",
    "total variation distance": "总变差距离",
    "Wasserstein distance": "Wasserstein 距离",
    # quality
    "constant": "是否为常数",
    "distinct values": "不同值个数",
    "infinite values": "无穷值",
    "maximum": "最大值",
    "mean": "均值",
    "median": "中位数",
    "minimum": "最小值",
    "missing values": "缺失率",
    "out of range": "超出范围的占比",
    "quantile": "分位数",
    "repeated ids": "重复 id 的占比",
    "rows": "行数",
    "standard deviation": "标准差",
    "time of the newest event": "最新事件的时间",
    "unseen categories": "未见过的类别",
    "vanished categories": "消失的类别",
    "wrong type": "类型错误的占比",
    # fairness
    "equal opportunity difference": "机会均等差",
    "equalized odds difference": "均等几率差",
    "false positive rate difference": "假阳性率之差",
    "predictive parity difference": "预测均等差",
    "selection rate difference": "选择率之差",
    "selection rate ratio": "选择率之比",
    # estimated without labels
    "estimated accuracy": "估计准确率",
    "estimated average precision": "估计平均精确率（AP）",
    "estimated Brier score": "估计 Brier 分数",
    "estimated F1": "估计 F1",
    "estimated mean absolute error": "估计平均绝对误差（MAE）",
    "estimated mean error (bias)": "估计平均误差（偏差）",
    "estimated precision": "估计精确率",
    "estimated recall": "估计召回率",
    "estimated ROC AUC": "估计 ROC AUC",
    "estimated root mean squared error": "估计均方根误差（RMSE）",
    "estimated specificity": "估计特异度",
}
#: Unit of a metric -> Chinese; a column's own unit and pure numbers need none.
UNITS: dict[str, str] = {"nats": "奈特", "rows": "行", "sd": "标准差", "seconds": "秒"}


def title_in(lang: Literal["en", "zh"], title: str) -> str:
    """Return a metric's title in a language; that of a metric of others as it is.

    Examples
    --------
    >>> title_in("zh", "recall"), title_in("en", "recall"), title_in("zh", "my own metric")
    ('召回率', 'recall', 'my own metric')
    """
    return TITLES.get(title, title) if lang == "zh" else title


def unit_in(lang: Literal["en", "zh"], unit: str) -> str:
    """Return a unit as people read it in a language."""
    return UNITS.get(unit, unit) if lang == "zh" else unit
