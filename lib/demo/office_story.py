"""Office work of the city on the two responsibilities (两个责任), and totals that are only known as totals.

Published (中国质量新闻网, Fuyang, "2023年以来", day of the figures not stated): 10 special meetings, 100-odd problems
solved, 7 data corrections over 100 000-odd rows, 13 articles in provincial and higher media in 2023, 31 issues of the
work bulletin. The demo counts 2023年以来 up to its own as-of day.
"""

from datetime import date
from typing import Final

from lib.data.tables.reported import data_correction, meeting, publicity, reported_figure
from lib.demo.loop_rows import Scene, spread_days
from lib.demo.scale import CITY

SINCE: Final = date(2023, 1, 1)
PROBLEMS_SOLVED: Final = (16, 14, 13, 12, 11, 12, 9, 11, 8, 10)
ROWS_ADJUSTED: Final = (31_840, 22_615, 17_902, 12_344, 9_870, 6_158, 3_947)
ARTICLES_2023, BULLETINS = 13, 31
_TWO: Final = "中国质量新闻网《阜阳多措并举守牢食品安全防线》（“2023年以来”，截至日未注明）"
_CLINIC: Final = "中国质量新闻网《安徽阜阳“流动诊所”解难题》（截至2025年8月底）"
_CAMPAIGN: Final = "内蒙古自治区市场监管局关于2021年8月4日至2022年1月25日排查及2022年4月14日约谈的报道"
_FORMULA: Final = "中国市场监管新闻网《“一企一策”精准帮扶 效率与安全双提升》（2022-01-27）"

#: Division, subject, value, unit, bound, period from and to, as-of, document.
Figure = tuple[str, str, float, str, str, date | None, date | None, date | None, str]
FIGURES: Final[tuple[Figure, ...]] = (
    (CITY, "专题会议研究解决问题", 100, "个", "≥", SINCE, None, None, _TWO),
    (CITY, "集中调度修正调整数据", 100_000, "条", "≥", SINCE, None, None, _TWO),
    (CITY, "组织培训", 100, "场次", "≥", SINCE, None, None, _TWO),
    (CITY, "检查食品生产经营企业", 73_000, "家次", "≈", SINCE, None, None, _TWO),
    (CITY, "食品安全总监受市级抽考的企业", 50, "家", ">", SINCE, None, None, _TWO),
    (
        CITY,
        "流动诊所帮扶企业",
        12,
        "家",
        "=",
        date(2025, 1, 1),
        date(2025, 8, 31),
        date(2025, 8, 31),
        _CLINIC,
    ),
    (
        "150000",
        "责任集体约谈视频会议参加人数",
        1010,
        "人",
        "≥",
        date(2022, 4, 14),
        date(2022, 4, 14),
        date(2022, 4, 14),
        _CAMPAIGN,
    ),
    (
        "150000",
        "排查程序环节",
        4,
        "个",
        "=",
        date(2021, 8, 4),
        date(2022, 1, 25),
        date(2022, 1, 25),
        _CAMPAIGN,
    ),
    ("440000", "质量管理能力提升指导连续开展", 2, "年", "=", None, None, date(2022, 1, 27), _FORMULA),
    ("440000", "质量管理能力提升指导企业", 4, "家", "=", None, None, date(2022, 1, 27), _FORMULA),
    ("440000", "省级重点监管婴配乳粉生产企业", 4, "家", "=", None, None, date(2022, 1, 27), _FORMULA),
    ("440000", "婴配乳粉宣传海报及单张", 200_000, "份", "=", None, None, date(2022, 1, 27), _FORMULA),
    ("440000", "特殊食品经营示范店", 535, "家", "=", None, None, date(2022, 1, 27), _FORMULA),
)
_FIGURE_COLUMNS: Final = (
    "division_code",
    "subject",
    "value",
    "unit",
    "bound",
    "period_from",
    "period_to",
    "known_as_of",
    "document",
)


def tell_office(scene: Scene) -> None:
    """Meetings, corrections, publicity and reported figures."""
    _meetings(scene)
    _corrections(scene)
    _publicity(scene)
    for figure in FIGURES:
        values = dict(zip(_FIGURE_COLUMNS, figure, strict=True))
        scene.book.add(reported_figure, figure_no=scene.book.number("SZ"), **values)


def _meetings(scene: Scene) -> None:
    days = spread_days(scene, SINCE, scene.as_of, len(PROBLEMS_SOLVED))
    for day, solved in zip(days, PROBLEMS_SOLVED, strict=True):
        _meeting(scene, day, "专题", "落实食品安全“两个责任”专题会议（演示）", solved)
    for day in spread_days(scene, SINCE, scene.as_of, 34):
        _meeting(scene, day, "调度", "包保督导工作月调度会（演示）", None)
    for year in (2023, 2024, 2025):
        _meeting(scene, scene.workday(date(year, 2, 8)), "部署", f"{year}年食品安全工作部署会（演示）", None)


def _meeting(scene: Scene, day: date, kind: str, title: str, solved: int | None) -> None:
    scene.book.add(
        meeting,
        meeting_no=scene.book.number("HY"),
        division_code=CITY,
        held_on=day,
        kind=kind,
        title=title,
        problems_solved=solved,
    )


def _corrections(scene: Scene) -> None:
    days = spread_days(scene, SINCE, scene.as_of, len(ROWS_ADJUSTED))
    for day, rows in zip(days, ROWS_ADJUSTED, strict=True):
        scene.book.add(
            data_correction,
            correction_no=scene.book.number("XZ"),
            division_code=CITY,
            corrected_on=day,
            rows_adjusted=rows,
            reason="包保主体底数与分级核对（演示）",
        )


def _publicity(scene: Scene) -> None:
    media = ["国家级"] * 4 + ["省级"] * (ARTICLES_2023 - 4)
    for day, level in zip(spread_days(scene, SINCE, date(2023, 12, 29), ARTICLES_2023), media, strict=True):
        _publish(scene, day, "稿件", "“两个责任”工作报道（演示）", level=level)
    for day in spread_days(scene, SINCE, scene.as_of, 46):
        _publish(scene, day, "稿件", "食品安全工作动态（演示）", level="市级")
    for issue, day in enumerate(spread_days(scene, SINCE, scene.as_of, BULLETINS), start=1):
        _publish(scene, day, "工作要情", f"工作要情第{issue}期（演示）", issue=f"第{issue}期")
    for issue, day in enumerate(spread_days(scene, SINCE, scene.as_of, 12), start=1):
        _publish(scene, day, "工作专报", f"工作专报第{issue}期（演示）", issue=f"第{issue}期")
    _publish(scene, scene.workday(date(2023, 5, 8)), "折页", "督导宣传折页（演示）", copies=60_000)
    _publish(scene, scene.workday(date(2023, 6, 12)), "视频", "督导“顺口溜”视频（演示）")


def _publish(
    scene: Scene,
    day: date,
    kind: str,
    title: str,
    *,
    level: str | None = None,
    issue: str | None = None,
    copies: int | None = None,
) -> None:
    scene.book.add(
        publicity,
        publicity_no=scene.book.number("XC"),
        division_code=CITY,
        published_on=day,
        kind=kind,
        title=title,
        media_level=level,
        issue=issue,
        copies=copies,
    )
