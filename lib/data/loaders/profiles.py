"""Import profiles: a TOML file that says how a file becomes records. docs/IMPORT.md explains every key."""

import re
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from lib.data.loaders.profile_sections import (
    Continuation,
    CreateUnits,
    Filter,
    FirmRule,
    Headers,
    ItemRule,
    PlaceRule,
    Range,
    Section,
)
from lib.data.loaders.targets import NEEDED, PLACES, TABLES, targets


class ColumnRule(Section):
    """How one target column is made from the columns of the file."""

    from_: Headers = Field(default_factory=list, alias="from")
    first_of: Headers = Field(default_factory=list)
    join: Headers = Field(default_factory=list)
    flags: Headers = Field(default_factory=list)
    separator: str = " "
    value: str | None = None
    default: str | None = None
    optional: bool = False
    required: bool = False
    filled: bool = False
    digest: bool = False
    extract: str | None = None
    map: dict[str, str] = Field(default_factory=dict)
    contains: dict[str, str] = Field(default_factory=dict)
    patterns: dict[str, str] = Field(default_factory=dict)
    ranges: list[Range] = Field(default_factory=list)
    otherwise: Literal["reject", "keep", "empty"] = "reject"
    pattern: str | None = None
    on_mismatch: Literal["reject", "warn"] = "reject"
    date_formats: list[str] = Field(default_factory=list)
    shift_days: int = 0
    empty: list[str] = Field(default_factory=list)

    @field_validator("from_", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @field_validator("value", "default", mode="before")
    @classmethod
    def _as_text(cls, value: Any) -> Any:
        if isinstance(value, bool):
            return "是" if value else "否"
        return str(value) if isinstance(value, int | float) else value

    @field_validator("extract", "pattern")
    @classmethod
    def _pattern_compiles(cls, value: str | None) -> str | None:
        return None if value is None else _checked_pattern(value)

    @field_validator("patterns")
    @classmethod
    def _patterns_compile(cls, value: dict[str, str]) -> dict[str, str]:
        for pattern in value:
            _checked_pattern(pattern)
        return value

    @model_validator(mode="after")
    def _one_origin(self) -> "ColumnRule":
        origins = [
            bool(self.from_),
            bool(self.first_of),
            bool(self.join),
            bool(self.flags),
            self.value is not None,
        ]
        if sum(origins) != 1:
            raise ValueError("from、first_of、join、flags、value 必须且只能写一个")
        return self

    @property
    def headers(self) -> list[Headers]:
        """The columns of the file that are read, each as its list of accepted names."""
        if self.from_:
            return [self.from_]
        return [[name] for name in (self.first_of or self.join or self.flags)]


class FileRule(Section):
    """How the file is opened and where its header row is."""

    encodings: list[str] = Field(default=["utf-8", "gb18030"])
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    sheets: list[str] = Field(default_factory=list)
    records: str = ""
    members: str = "*"
    forbidden_headers: list[str] = Field(default_factory=list)
    header_search_rows: int = Field(default=20, ge=1, le=200)
    formulas: Literal["refuse", "cached"] = "refuse"

    @field_validator("encodings")
    @classmethod
    def _known(cls, value: list[str]) -> list[str]:
        for name in value:
            try:
                "".encode(name)
            except LookupError as error:
                raise ValueError(f"没有名为“{name}”的编码；常用：utf-8、gb18030、utf-16、big5") from error
        if not value:
            raise ValueError("至少写一个编码，例如 utf-8")
        return value


class ValueRule(Section):
    """How cells are read, for all columns."""

    empty: list[str] = Field(
        default=["/", "//", "\\", "—", "——", "-", "--", "－", "无", "N/A", "n/a", "NULL", "null"]
    )
    date_formats: list[str] = Field(default_factory=list)
    excel_dates: bool = True
    decimal: Literal[".", ","] = "."
    true: list[str] = Field(
        default=["是", "有", "√", "Y", "y", "yes", "Yes", "YES", "true", "True", "TRUE", "1"]
    )
    false: list[str] = Field(
        default=["否", "没有", "×", "N", "n", "no", "No", "NO", "false", "False", "FALSE", "0"]
    )


class Profile(Section):
    """A whole import profile."""

    name: str = Field(min_length=1, max_length=64)
    title: str
    table: str
    source: str = Field(min_length=1, max_length=32)
    listing: Literal["full", "unqualified", "qualified"] = "full"
    rows: Literal["record", "item"] = "record"
    conclusion_from_items: bool = False
    on_conflict: Literal["reject", "first", "last"] = "reject"
    on_bad_credit_code: Literal["reject", "warn"] = "reject"
    on_contradiction: Literal["reject", "warn"] = "warn"
    on_broken_order: Literal["reject", "keep"] = "reject"
    file: FileRule = FileRule()
    values: ValueRule = ValueRule()
    filters: list[Filter] = Field(default_factory=list)
    continuation: Continuation | None = None
    columns: dict[str, ColumnRule]
    items: ItemRule | None = None
    places: dict[str, PlaceRule] = Field(default_factory=dict)
    firms: dict[str, FirmRule] = Field(default_factory=dict)

    @field_validator("table")
    @classmethod
    def _known_table(cls, value: str) -> str:
        if value not in TABLES:
            raise ValueError(f"没有表“{value}”；可用：{'、'.join(TABLES)}")
        return value

    @model_validator(mode="after")
    def _names_are_targets(self) -> "Profile":
        known = targets(self.table)
        for name in self.columns:
            if name not in known:
                raise ValueError(f"columns.{name} 不是表 {self.table} 的列；可用：{'、'.join(known)}")
        for name in self.items.parts if self.items else []:
            if name not in known or known[name].part_of != "item":
                raise ValueError(
                    f"items.parts 中的“{name}”不是项目列；可用：item_name、item_measured_value 等"
                )
        prefixes = {prefix for prefix, _ in PLACES[self.table]}
        if unknown := set(self.places) - prefixes:
            raise ValueError(f"places.{'、'.join(unknown)} 未知；可用：{'、'.join(sorted(prefixes))}")
        return self

    @model_validator(mode="after")
    def _is_complete(self) -> "Profile":
        for name in NEEDED[self.table]:
            if name not in self.columns:
                raise ValueError(
                    f"缺少 columns.{name}：表 {self.table} 的每条记录都需要它（可写 value 作常量）"
                )
        if self.rows == "item" and "item_name" not in self.columns:
            raise ValueError('rows = "item" 时需要 columns.item_name')
        if self.rows == "record" and any(
            targets(self.table)[name].part_of == "item" for name in self.columns
        ):
            raise ValueError('columns 中的 item_… 只用于 rows = "item"；一格多项请写 [items]')
        if self.conclusion_from_items and self.rows != "item":
            raise ValueError('conclusion_from_items 只用于 rows = "item"')
        return self

    @property
    def has_items(self) -> bool:
        """Whether the file lists failing items."""
        return self.items is not None or "item_name" in self.columns


def _checked_pattern(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"正则表达式“{pattern}”有误：{error}") from error
    return pattern


__all__ = [
    "ColumnRule",
    "Continuation",
    "CreateUnits",
    "FileRule",
    "Filter",
    "FirmRule",
    "Headers",
    "ItemRule",
    "PlaceRule",
    "Profile",
    "Range",
    "ValueRule",
]
