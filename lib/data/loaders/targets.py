"""Target columns of an import profile: what ``[columns.…]`` may name, taken from the record tables.

Some names are not stored as such: parts of a place (province, city, county, address) become a reporting unit
code, and the firms named in a row become enterprises.
"""

from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import Boolean, Column, Date, Float, Integer, String, Table

from lib.data.tables import sampling

Kind = Literal["text", "date", "integer", "number", "truth"]
TableName = Literal["sample", "disposal"]
TABLES: Final[dict[str, Table]] = {"sample": sampling.sample, "disposal": sampling.disposal}

#: Columns that the loader fills itself.
DERIVED: Final = frozenset(
    {
        *("source", "listing", "version_from", "version_to", "supervision_verdict", "monitoring_verdict"),
        *("result_state", "sampled_unit_key", "producer_key", "category_code", "authority_code"),
    }
)
#: Which place a table keeps: prefix of its code and text column → what it is.
PLACES: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "sample": (("division", "被抽样单位所在地"), ("producer_division", "生产企业所在地")),
    "disposal": (("authority", "处置单位"),),
}
#: Columns without which a record cannot stand.
NEEDED: Final[dict[str, tuple[str, ...]]] = {
    "sample": ("sample_no", "purpose", "sampling_kind"),
    "disposal": ("sample_no", "side"),
}
PLACE_PARTS: Final = (("province", "省份"), ("city", "地市"), ("county", "县区"), ("address", "地址"))
#: Which firms a table names: prefix → what it is, and the place prefix that holds where the firm is.
FIRMS: Final[dict[str, tuple[tuple[str, str, str], ...]]] = {
    "sample": (
        ("sampled_unit", "被抽样单位", "division"),
        ("producer", "标称生产企业", "producer_division"),
    ),
    "disposal": (),
}
FIRM_PARTS: Final = (
    ("name", "名称", 200),
    ("credit_code", "统一社会信用代码", 18),
    ("licence_no", "许可证编号", 32),
    ("address", "地址", None),
)
_ITEM_COLUMNS: Final = {
    "item_name": "item_name",
    "item_verdict": "verdict",
    "item_measured_value": "measured_value",
    "item_measured_unit": "measured_unit",
    "item_limit_value": "limit_value",
    "item_standard": "standard",
}
#: Item verdicts a profile maps to, in the words of the national system.
ITEM_VERDICTS: Final = {
    "合格项": "qualified",
    "不合格项": "unqualified",
    "问题项": "problem",
    "不判定项": "not_judged",
    "未检验": "not_tested",
}


@dataclass(frozen=True)
class Target:
    """One name that ``[columns.…]`` may use."""

    name: str
    meaning: str
    kind: Kind
    length: int | None
    part_of: Literal["record", "item", "firm", "place"]


def targets(table: str) -> dict[str, Target]:
    """Every target of a table, in the order of the documentation."""
    stored = [
        _of_column(column.name, column, "record")
        for column in TABLES[table].columns
        if column.name not in DERIVED
    ]
    found: dict[str, Target] = {}
    for target in (*stored, *_place_parts(table), *_firm_parts(table), *_item_parts(table)):
        found.setdefault(target.name, target)
    return found


def _place_parts(table: str) -> list[Target]:
    return [
        Target(f"{prefix}_{part}", f"{meaning}：{label}", "text", None, "place")
        for prefix, meaning in PLACES[table]
        for part, label in PLACE_PARTS
    ]


def _firm_parts(table: str) -> list[Target]:
    return [
        Target(f"{prefix}_{part}", f"{meaning}：{label}", "text", length, "firm")
        for prefix, meaning, _ in FIRMS[table]
        for part, label, length in FIRM_PARTS
    ]


def _item_parts(table: str) -> list[Target]:
    if table != "sample":
        return []
    return [
        _of_column(name, sampling.failing_item.c[stored], "item") for name, stored in _ITEM_COLUMNS.items()
    ]


def item_columns() -> dict[str, str]:
    """Target name → column of the table of failing items."""
    return dict(_ITEM_COLUMNS)


def _of_column(name: str, column: Column, part_of: Literal["record", "item"]) -> Target:
    kinds: list[tuple[type, Kind]] = [
        (Boolean, "truth"),
        (Date, "date"),
        (Integer, "integer"),
        (Float, "number"),
    ]
    kind: Kind = next((kind for sql_type, kind in kinds if isinstance(column.type, sql_type)), "text")
    length = column.type.length if isinstance(column.type, String) else None
    return Target(name, column.comment or "", kind, length, part_of)
