"""The small sections of an import profile; docs/IMPORT.md explains every key."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

Headers = list[str]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Range(Section):
    """Numbers from ``at_least`` (included) to ``below`` (excluded) mean ``value``."""

    at_least: float | None = None
    below: float | None = None
    value: str


class Filter(Section):
    """Only rows whose cell is one of ``keep`` (or none of ``drop``) are read; the others are counted."""

    column: str
    keep: list[str] = Field(default_factory=list)
    drop: list[str] = Field(default_factory=list)


class Continuation(Section):
    """A row whose named cells are all empty continues the record above: blank cells take the value above."""

    when_empty: list[str] = Field(min_length=1)


class ItemRule(Section):
    """Failing items that stand in one cell."""

    from_: Headers = Field(alias="from")
    parts: list[str] = ["item_name"]
    part_separators: list[str] = ["║", "‖", "||", "|", "｜"]
    item_separators: list[str] = ["\n", "；", ";"]
    only_if_unqualified: bool = False
    optional: bool = False

    @field_validator("from_", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value


class CreateUnits(Section):
    """Places that the reference list does not hold (another country's) become reporting units of their own."""

    root_code: str = Field(pattern=r"^[A-Za-z0-9]{2,6}$")
    root_name: str
    name: str = "{value}"


class PlaceRule(Section):
    """How a place text finds its reporting unit."""

    within: str | None = None
    create: CreateUnits | None = None


class FirmRule(Section):
    """What identifies a firm."""

    key: list[Literal["credit_code", "licence_no", "name", "address"]] = Field(default_factory=list)
    split_consignor: bool = False
