"""The lists of the mobile clinic: eligible producers, suggestions, and everything on one firm's sheet."""

from collections.abc import Callable
from typing import Final

import pandas as pd

from lib.data.filters import Filters
from lib.metrics.analyses.clinic import Eligible
from lib.metrics.analyses.clinic_suggestions import Suggestions
from lib.metrics.analyses.firm_sheet import FirmSheet
from lib.ui.paged_list import Listing
from lib.ui.tables import ShownColumn

_ELIGIBLE: Final = (
    ShownColumn("enterprise_name", "生产企业"),
    ShownColumn("division_name", "属地"),
    ShownColumn("assisted_text", "是否帮扶"),
    ShownColumn("unqualified_batches", "不合格批次", "count"),
    ShownColumn("batches", "有结论批次", "count"),
    ShownColumn("reached_on", "达到之日", "date"),
    ShownColumn("visited_on", "上门日期", "date"),
    ShownColumn("next_sampled_on", "此后首次抽样", "date"),
    ShownColumn("next_unqualified_on", "此后首次不合格", "date"),
    ShownColumn("first_unqualified_on", "第一批不合格", "date"),
    ShownColumn("sampled_year", "抽样年度", "text"),
    ShownColumn("enterprise_key", "企业代码"),
)
_SUGGESTIONS: Final = (
    ShownColumn("suggestion_no", "建议编号"),
    ShownColumn("enterprise_name", "企业"),
    ShownColumn("division_name", "属地"),
    ShownColumn("visited_on", "上门日期", "date"),
    ShownColumn("areas", "诊断方面"),
    ShownColumn("description", "整改建议"),
    ShownColumn("problems", "对应问题（个）", "count"),
    ShownColumn("items", "整改项（项）", "count"),
    ShownColumn("state", "状态"),
    ShownColumn("verified_on", "现场验证日期", "date"),
)
#: Lists of a sheet: name, title, columns.
_SHEET: Final[tuple[tuple[str, str, tuple[ShownColumn, ...]], ...]] = (
    (
        "visits",
        "上门帮扶",
        (
            ShownColumn("visit_no", "诊所编号"),
            ShownColumn("visited_on", "上门日期", "date"),
            ShownColumn("organiser", "组织单位"),
            ShownColumn("rooms", "查看区域"),
            ShownColumn("reason", "选中原因"),
        ),
    ),
    (
        "participants",
        "参加人员（岗位）",
        (
            ShownColumn("visited_on", "上门日期", "date"),
            ShownColumn("role", "身份"),
            ShownColumn("post", "职务（岗位）"),
            ShownColumn("organisation", "所在单位"),
        ),
    ),
    (
        "problems",
        "发现的问题",
        (
            ShownColumn("problem_no", "问题编号"),
            ShownColumn("visited_on", "上门日期", "date"),
            ShownColumn("area", "诊断方面"),
            ShownColumn("description", "问题描述"),
            ShownColumn("failing_item_name", "对应不合格项目"),
            ShownColumn("shared_kind", "共性或个性"),
        ),
    ),
    (
        "suggestions",
        "整改建议",
        (
            ShownColumn("suggestion_no", "建议编号"),
            ShownColumn("visited_on", "上门日期", "date"),
            ShownColumn("description", "整改建议"),
            ShownColumn("problems", "对应问题（个）", "count"),
        ),
    ),
    (
        "items",
        "整改项",
        (
            ShownColumn("item_no", "整改项编号"),
            ShownColumn("origin", "来源"),
            ShownColumn("description", "整改内容"),
            ShownColumn("owner_post", "督促岗位"),
            ShownColumn("state", "状态"),
            ShownColumn("found_on", "发现日期", "date"),
            ShownColumn("due_on", "整改期限", "date"),
            ShownColumn("verified_on", "现场验证日期", "date"),
            ShownColumn("paper_reason", "纸面整改原因"),
            ShownColumn("reopened_count", "重开（次）", "count"),
        ),
    ),
    (
        "events",
        "闭环记录",
        (
            ShownColumn("happened_at", "时刻（北京时间）"),
            ShownColumn("item_no", "整改项编号"),
            ShownColumn("stage", "环节"),
            ShownColumn("actor_post", "经手岗位"),
            ShownColumn("actor_unit", "经手单位"),
            ShownColumn("on_site_text", "到现场"),
            ShownColumn("passed_text", "验证通过"),
            ShownColumn("evidence", "证据"),
            ShownColumn("order_fault", "顺序不符"),
        ),
    ),
    (
        "samples",
        "抽样（按生产企业）",
        (
            ShownColumn("sample_no", "抽样编号"),
            ShownColumn("sampled_on", "抽样日期", "date"),
            ShownColumn("after_text", "首次上门之后"),
            ShownColumn("food_name", "样品名称"),
            ShownColumn("supervision_verdict", "监督判定"),
            ShownColumn("sampling_kind", "抽样性质"),
            ShownColumn("stage", "环节"),
        ),
    ),
)


def eligible_listing(
    found: Eligible, filters: Filters, opened: Callable[[str], None] | None = None
) -> Listing:
    """Eligible producers and why, one row each and year; `opened` is called with the key of a chosen one."""
    keys = list(found.frame["enterprise_key"])
    rows = found.frame.assign(
        assisted_text=found.frame["assisted"].map({True: "已帮扶", False: "未帮扶"}),
        sampled_year=found.frame["sampled_year"].astype("string"),
    )
    return Listing(
        key="clinic.eligible",
        title=f"谁符合条件、为什么（年内不合格不少于{found.k}批次）",
        table=_with_dates(rows),
        columns=_ELIGIBLE,
        file_label=f"流动诊所_符合条件企业_{found.k}批次",
        filters=filters,
        sentence=found.sentence,
        notes=(*found.notes, *(("点选一行，打开该企业的档案。",) if opened else ())),
        opened=None if opened is None else lambda place: opened(keys[place]),
        empty="所选范围没有符合条件的生产企业，或没有抽样数据；覆盖率无法判断，不作100%。",
    )


def suggestion_listing(found: Suggestions, filters: Filters) -> Listing:
    """Every suggestion with the state of its items."""
    return Listing(
        key="clinic.suggestion_list",
        title="整改建议清单",
        table=_with_dates(found.frame),
        columns=_SUGGESTIONS,
        file_label="流动诊所_整改建议清单",
        filters=filters,
        sentence=found.sentence,
        empty="所选范围没有整改建议。",
    )


def sheet_listings(sheet: FirmSheet, filters: Filters, scope_words: str) -> list[Listing]:
    """The lists of one firm, in the order of the loop."""
    frames = {**sheet.lists, "samples": sheet.samples}
    sentence = f"企业：{sheet.name}（{sheet.enterprise}）；{scope_words}；全部日期"
    return [
        Listing(
            key=f"firm.{name}",
            title=title,
            table=_with_words(_with_dates(frames[name])),
            columns=columns,
            file_label=f"{title}_{sheet.name}",
            filters=filters,
            sentence=sentence,
            empty=f"没有{title}的记录。",
            all_dates=True,
        )
        for name, title, columns in _SHEET
    ]


def _with_words(rows: pd.DataFrame) -> pd.DataFrame:
    """Yes and no in Chinese; a moment as day and time of Beijing, which its offset says already."""
    if "happened_at" in rows.columns:
        rows = rows.assign(happened_at=rows["happened_at"].str.slice(0, 16).str.replace("T", " "))
    for name in ("on_site", "passed", "after"):
        if name in rows.columns:
            rows = rows.assign(
                **{f"{name}_text": pd.Series(map(_yes_or_no, rows[name]), rows.index, dtype="object")}
            )
    return rows


def _yes_or_no(value: object) -> str | None:
    return None if value is None or value is pd.NA else "是" if value else "否"


def _with_dates(rows: pd.DataFrame) -> pd.DataFrame:
    """Timestamps as days, so that file and table show no time."""
    days = [name for name in rows.columns if str(name).endswith("_on") and rows[name].dtype.kind == "M"]
    return rows.assign(**{str(name): rows[name].dt.date for name in days})
