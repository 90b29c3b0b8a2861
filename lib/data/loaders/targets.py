"""Target columns of an import profile: what ``[columns.…]`` may name, taken from the record tables.

Some names are not stored as such: parts of a place (province, city, county, address) become a reporting unit
code, and the firms named in a row become enterprises.
"""

from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import BigInteger, Boolean, Column, Date, Float, Integer, String, Table

from lib.data.tables import sampling
from lib.data.tables.catalogue import LOOP_TABLES, VERSIONED

Kind = Literal["text", "date", "moment", "quarter", "integer", "long", "number", "truth"]
#: Tables of the sampling side whose places, firms and needed columns are said below, one by one.
_SAMPLING: Final = ("sample", "disposal")
#: Every table a profile may load into; those of the loop say themselves what they need.
TABLES: Final[dict[str, Table]] = {
    "sample": sampling.sample,
    "disposal": sampling.disposal,
    "inspection": sampling.inspection,
    **{table.name: table for table in LOOP_TABLES},
}

#: Columns that the loader fills itself.
DERIVED: Final = frozenset(
    {
        *("source", "listing", "version_from", "version_to", "supervision_verdict", "monitoring_verdict"),
        *("result_state", "sampled_unit_key", "producer_key", "category_code", "authority_code"),
        "enterprise_key",
    }
)
#: Which place a table keeps: prefix of its code and text column → what it is.
PLACES: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "sample": (("division", "被抽样单位所在地"), ("producer_division", "生产企业所在地")),
    "disposal": (("authority", "处置单位"),),
    **{
        name: ((("division", table.c.division_code.comment or ""),) if "division_code" in table.c else ())
        for name, table in TABLES.items()
        if name not in _SAMPLING
    },
}


def _needed(table: Table) -> tuple[str, ...]:
    """Columns that may not be empty, and the name of the firm where the firm may not be missing."""
    found = [column.name for column in table.columns if not column.nullable and column.name not in DERIVED]
    firm = table.c.get("enterprise_key")
    return (*found, "enterprise_name") if firm is not None and not firm.nullable else tuple(found)


#: Columns without which a record cannot stand.
NEEDED: Final[dict[str, tuple[str, ...]]] = {
    "sample": ("sample_no", "purpose", "sampling_kind"),
    "disposal": ("sample_no", "side"),
    **{name: _needed(table) for name, table in TABLES.items() if name not in _SAMPLING},
}
#: The column that numbers a table's records: the first of its key beside the source system.
NUMBERS: Final[dict[str, str]] = {
    name: next(column for column in VERSIONED[table] if column != "source") for name, table in TABLES.items()
}
PLACE_PARTS: Final = (("province", "省份"), ("city", "地市"), ("county", "县区"), ("address", "地址"))
#: Which firms a table names: prefix → what it is, and the place prefix that holds where the firm is.
FIRMS: Final[dict[str, tuple[tuple[str, str, str], ...]]] = {
    "sample": (
        ("sampled_unit", "被抽样单位", "division"),
        ("producer", "标称生产企业", "producer_division"),
    ),
    "disposal": (),
    **{
        name: ((("enterprise", "企业", "division"),) if "enterprise_key" in table.c else ())
        for name, table in TABLES.items()
        if name not in _SAMPLING
    },
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
    #: The only values the column takes, and the code list its values come from.
    allowed: tuple[str, ...] = ()
    code_list: str | None = None


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
        (BigInteger, "long"),
        (Integer, "integer"),
        (Float, "number"),
    ]
    kind: Kind = next((kind for sql_type, kind in kinds if isinstance(column.type, sql_type)), "text")
    kind = column.info.get("kind", kind)
    length = column.type.length if isinstance(column.type, String) and kind == "text" else None
    allowed = tuple(column.info.get("allowed", ())) if part_of == "record" else ()
    return Target(name, column.comment or "", kind, length, part_of, allowed, column.info.get("code_list"))
