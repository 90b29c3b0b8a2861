"""The three sizes of the demo database."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal

ScaleName = Literal["city", "province", "nation"]

#: Source system of every row.
SOURCE: Final = "演示数据"
#: The city whose story the demo tells; the other provinces carry the campaign and weekly sampling of other seeds.
CITY: Final = "341200"


@dataclass(frozen=True, kw_only=True)
class Scale:
    """What is sampled and how much.

    ``roots``: reporting units whose counties are sampled. ``batches_per_year``: random batches a year, before the
    fixed rows of ``repeat_offenders``, ``campaigns`` and ``weekly_sampling``. ``units_per_batch``: sampled
    businesses per yearly batch. ``has_details``: whether columns that no figure uses (batch numbers, report numbers,
    production dates …) are filled.
    """

    name: str
    roots: tuple[str, ...]
    batches_per_year: int
    first_day: date
    as_of: date
    units_per_batch: float
    has_details: bool = True

    def reduced(self, *, batches_per_year: int | None = None, first_day: date | None = None) -> "Scale":
        """A smaller copy for quick tests."""
        return replace(
            self,
            batches_per_year=batches_per_year or self.batches_per_year,
            first_day=first_day or self.first_day,
        )


# 34 000 a year: Anhui's 255 358 batches of 2022 (notice of 2023-06-08) by 61.27 million residents is 4.2 per
# thousand; for 8.2 million residents of Fuyang that is 34 000. No total of Fuyang has been published.
SCALES: Final[dict[str, Scale]] = {
    "city": Scale(
        name="city",
        roots=(CITY,),
        batches_per_year=34_000,
        first_day=date(2020, 11, 1),
        as_of=date(2025, 10, 31),
        units_per_batch=0.25,
    ),
    "province": Scale(
        name="province",
        roots=("340000",),
        batches_per_year=255_000,
        first_day=date(2020, 11, 1),
        as_of=date(2025, 10, 31),
        units_per_batch=0.15,
        has_details=False,
    ),
    "nation": Scale(
        name="nation",
        roots=("150000", "310000", "340000", "440000"),
        batches_per_year=1_400_000,
        first_day=date(2020, 11, 1),
        as_of=date(2025, 10, 31),
        units_per_batch=0.08,
        has_details=False,
    ),
}
