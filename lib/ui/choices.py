"""What a reader may choose from: districts within their scope, and the code lists of a data version."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

from lib.data.filters import ALL_SAMPLING, SAMPLING_KINDS, SIDE_NAMES, Filters
from lib.data.scope import Scope
from lib.ui.periods import default_period

STAGES: Final = ("生产", "流通", "餐饮", "网抽")
PURPOSES: Final = ("监督抽检", "抽检监测", "风险监测", "评价性抽检")
TIERS: Final = ("国抽", "省抽", "市抽", "县抽")
#: Provinces, cities and counties are chosen from; towns carry no sampling figures of their own.
LOWEST_LEVEL: Final = 3


class Unit(Protocol):
    """A reporting unit of a snapshot."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def level(self) -> int: ...
    @property
    def parent_code(self) -> str | None: ...


@dataclass(frozen=True)
class Choices:
    """Allowed values of the filters, with their Chinese labels, for one reader and one data version.

    ``final_end``: last day of the latest month whose results are complete, if there is one.
    """

    districts: Mapping[str, str]
    sampled_districts: frozenset[str]
    categories: Mapping[str, str]
    campaigns: Mapping[str, str]
    first_year: int
    as_of: date
    default: Filters
    final_end: date | None = None

    def listed_districts(self, chosen: str | None) -> list[str]:
        """Codes to offer: units with samples and those above them, and the one that is chosen."""
        return [code for code in self.districts if code in self.sampled_districts or code == chosen]

    def allowed(self, name: str) -> Iterable[str] | None:
        """Codes that a URL parameter may carry; nothing if any text is let through (it only finds nothing)."""
        lists: dict[str, Iterable[str]] = {
            "district": self.districts,
            "side": SIDE_NAMES,
            "category": self.categories,
            "campaign": self.campaigns,
            "stage": STAGES,
            "purpose": PURPOSES,
            "tier": TIERS,
            "sampling": (*SAMPLING_KINDS, ALL_SAMPLING),
        }
        return lists.get(name)


def districts_in_scope(units: Iterable[Unit], scope: Scope) -> dict[str, str]:
    """Code → label of the units a reader may choose, parents before children, "县区（市）" for counties."""
    by_code = {unit.code: unit for unit in units if unit.level <= LOWEST_LEVEL}
    parents = {unit.code: unit.parent_code for unit in by_code.values()}
    visible = [unit for unit in by_code.values() if scope.reaches(unit.code, parents)]
    visible.sort(key=lambda unit: unit.code)
    return {unit.code: _district_label(unit, by_code) for unit in visible}


def default_district(districts: Mapping[str, str], scope: Scope, home: str | None) -> str | None:
    """The one district of the reader, else ``home`` if the reader may see it, else no limit."""
    if len(scope.codes) == 1 and not scope.is_everything:
        (only,) = scope.codes
        return only if only in districts else None
    return home if home in districts else None


def default_filters(as_of: date, district: str | None, final_end: date | None = None) -> Filters:
    """The running year up to the last month with complete results, routine sampling."""
    period = default_period(as_of, final_end)
    return Filters(start=period.start, end=period.end, district=district)


def _district_label(unit: Unit, by_code: Mapping[str, Unit]) -> str:
    parent = by_code.get(unit.parent_code or "")
    return f"{unit.name}（{parent.name}）" if parent is not None and unit.level == LOWEST_LEVEL else unit.name
