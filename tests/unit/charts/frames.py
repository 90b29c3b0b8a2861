"""Small frames as the analyses hand them over. Counts and intervals are given, not computed by our code.

Wilson intervals: scipy.stats.binomtest(x, n).proportion_ci(0.95, "wilson"), rounded to six decimals.
"""

import pandas as pd

from lib.charts.labels import Measure
from lib.charts.part_bars import PartWords
from lib.charts.step_curves import CurveWords

MEASURE = Measure(name="不合格率", numerator="不合格批次", denominator="有结论批次", unit="批次")
NAN = float("nan")
PART_WORDS = PartWords(row="环节", part="已到达", total="整改项", unit="项")
CURVE_WORDS = CurveWords(days="随访天数", share="未再出现不合格", counted="组别")


def periods() -> pd.DataFrame:
    """Six months: one above, one below, one in a run, one without samples, one provisional that would be above."""
    rows = [
        (202409, 24, 1000, 0.024, 0.016180, 0.035463, 0.0095, 0.0385, "", False, 1.0),
        (202410, 60, 1000, 0.06, 0.046896, 0.076471, 0.0095, 0.0385, "high", False, 1.0),
        (202411, 5, 1000, 0.005, 0.002138, 0.011651, 0.0095, 0.0385, "low", False, 0.99),
        (202412, 0, 0, NAN, NAN, NAN, NAN, NAN, "", False, NAN),
        (202501, 26, 1000, 0.026, 0.017804, 0.037824, 0.0095, 0.0385, "run", False, 0.97),
        (202502, 9, 100, 0.09, 0.048073, 0.162262, 0.0, 0.07, "high", True, 0.6),
    ]
    names = ["period", "numerator", "denominator", "value", "lower", "upper", "limit_lower", "limit_upper"]
    frame = pd.DataFrame(rows, columns=[*names, "flag", "provisional", "completeness"])
    return frame.assign(
        centre=0.024, label=frame["period"].astype(str), start=pd.Timestamp("2025-01-01").date()
    )


def districts() -> pd.DataFrame:
    """Four districts in the order of their codes: one above 99.8 %, one below 95 %, one tiny, one ordinary."""
    rows = [
        ("341202", "颍州区", 60, 1000, 0.06, 0.046896, 0.076471, "high_998", False),
        ("341203", "颍东区", 24, 1000, 0.024, 0.016180, 0.035463, "", False),
        ("341204", "颍泉区", 5, 1000, 0.005, 0.002138, 0.011651, "low_95", False),
        ("341221", "临泉县", 1, 8, 0.125, 0.022417, 0.470888, "high_95", True),
    ]
    names = ["code", "name", "numerator", "denominator", "value", "lower", "upper", "flag", "small"]
    frame = pd.DataFrame(rows, columns=names)
    return frame.assign(
        observed=frame["numerator"],
        expected=[30.0, 30.0, 30.0, 0.24],
        ratio=[2.0, 0.8, 1 / 6, 4.17],
        ratio_lower=[1.53, 0.51, 0.05, 0.05],
        ratio_upper=[2.57, 1.19, 0.39, 23.2],
    )


def limits() -> pd.DataFrame:
    """Limits of a funnel; the first row lies far above every district."""
    return pd.DataFrame(
        {
            "n": [10, 100, 1000, 2000],
            "lower_95": [0.0, 0.005, 0.02, 0.024],
            "upper_95": [0.6, 0.09, 0.045, 0.04],
            "lower_998": [0.0, 0.0, 0.014, 0.02],
            "upper_998": [0.9, 0.12, 0.052, 0.045],
        }
    )


def cells() -> pd.DataFrame:
    """Two categories and three stages; one cell absent, one tiny, one flagged. The first stage named is not 生产."""
    rows = [
        ("01", "粮食加工品", "流通", 24, 1000, 0.024, 0.016180, 0.035463, "", False),
        ("01", "粮食加工品", "生产", 5, 1000, 0.005, 0.002138, 0.011651, "", False),
        ("32", "餐饮食品", "餐饮", 60, 1000, 0.06, 0.046896, 0.076471, "high_998", False),
        ("32", "餐饮食品", "流通", 1, 8, 0.125, 0.022417, 0.470888, "", True),
    ]
    names = ["category", "category_name", "stage", "numerator", "denominator", "value", "lower", "upper"]
    return pd.DataFrame(rows, columns=[*names, "flag", "small"])


def items() -> pd.DataFrame:
    """Items with "other" in the middle, where a sort by size would put it."""
    rows = [
        (1, "阴离子合成洗涤剂", "餐饮具", 50, 0.5, 0.403832, 0.596168, 0.55, 0.5, False),
        (9, "其他", "其他", 30, 0.3, 0.218949, 0.395849, 0.33, 1.0, True),
        (2, "大肠菌群", "微生物污染", 20, 0.2, 0.133367, 0.288829, 0.22, 0.7, False),
    ]
    names = [
        "item",
        "label",
        "group_name",
        "numerator",
        "share_items",
        "share_items_lower",
        "share_items_upper",
    ]
    return pd.DataFrame(rows, columns=[*names, "share_batches", "cumulative", "is_other"])


def kinds() -> pd.DataFrame:
    """Routine and targeted sampling; the targeted counts are those of a published campaign, 53 of 340."""
    rows = [
        ("常规抽样", 24, 1000, 0.024, 0.016180, 0.035463),
        ("靶向抽样", 53, 340, 0.155882, 0.121193, 0.198261),
    ]
    return pd.DataFrame(rows, columns=["label", "numerator", "denominator", "value", "lower", "upper"])


def ages() -> pd.DataFrame:
    """Open cases by age; the middle band has both kinds."""
    rows = [
        (2, "31—60天", 10, False),
        (1, "30天以内", 1234, False),
        (2, "31—60天", 7, True),
        (3, "60天以上", 3, True),
    ]
    return pd.DataFrame(rows, columns=["band", "label", "open", "overdue"])


def events() -> pd.DataFrame:
    """A rebase early in the series and a changed definition late in it."""
    return pd.DataFrame({"period": [202410, 202501], "text": ["界限重算", "七类并入食用农产品"]})


def parts() -> pd.DataFrame:
    """Two stages of ten items."""
    rows = [("发现", 10, 10, "10/10项"), ("整改", 6, 10, "6/10项")]
    return pd.DataFrame(rows, columns=["label", "part", "total", "text"])


def curves() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two groups of four; in one, two events (day 10 and 20), in the other none by day 30."""
    rows = [
        ("已帮扶", 0, 1.0, NAN, NAN),
        ("已帮扶", 10, 0.75, 0.1279, 0.9605),
        ("已帮扶", 20, 0.5, 0.0578, 0.8449),
        ("未帮扶", 0, 1.0, NAN, NAN),
        ("未帮扶", 30, 1.0, NAN, NAN),
    ]
    risks = [("已帮扶", 0, 4), ("已帮扶", 20, 3), ("未帮扶", 0, 4), ("未帮扶", 20, 4)]
    return (
        pd.DataFrame(rows, columns=["group", "day", "share", "lower", "upper"]),
        pd.DataFrame(risks, columns=["group", "day", "n_risk"]),
    )
