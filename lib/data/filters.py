"""Filters: what a reader asked for. A frozen, hashable value with a URL form; it travels with every figure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Final, Literal

Side = Literal["found", "made"]

#: Kinds of sampling that routine rates consist of, and the label of asking for all of them.
ROUTINE: Final = "常规"
ALL_SAMPLING: Final = "全部"
SAMPLING_KINDS: Final = ("常规", "靶向", "专项", "跟踪", "执法", "公众点检")
#: Fields that hold several values of one dimension.
MULTIPLE: Final = ("category", "stage", "purpose", "tier", "sampling", "campaign", "place", "source")
SIDE_NAMES: Final[dict[Side, str]] = {"found": "被抽样单位所在地", "made": "生产企业所在地"}


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Period (both days included), district subtree and dimension values; an empty tuple means no limit.

    ``sampling`` is the kind of sampling: routine by default; ``ALL_SAMPLING`` pools everything and says so.
    ``undated`` takes in records without a date (publication tables carry none); it has no URL form, because pages
    always ask for a period. ``sampling_asked`` says that the kind of sampling was asked for by name, so that a metric
    with its own default does not put it in the place of 常规; it has no URL form either.
    """

    start: date
    end: date
    district: str | None = None
    side: Side = "found"
    category: tuple[str, ...] = ()
    stage: tuple[str, ...] = ()
    purpose: tuple[str, ...] = ()
    tier: tuple[str, ...] = ()
    sampling: tuple[str, ...] = (ROUTINE,)
    campaign: tuple[str, ...] = ()
    place: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    undated: bool = False
    sampling_asked: bool = False

    def __post_init__(self) -> None:
        if self.start > self.end:
            raise ValueError(f"起始日期 {self.start} 晚于截止日期 {self.end}，请调换")
        if self.side not in SIDE_NAMES:
            raise ValueError(f"地区口径“{self.side}”未知；可用：{'、'.join(SIDE_NAMES)}")
        unknown = [kind for kind in self.sampling if kind not in (*SAMPLING_KINDS, ALL_SAMPLING)]
        if unknown or not self.sampling:
            raise ValueError(
                f"抽样性质“{'、'.join(unknown)}”未知；可用：{'、'.join((*SAMPLING_KINDS, ALL_SAMPLING))}"
            )
        for name in MULTIPLE:
            object.__setattr__(self, name, tuple(sorted(set(getattr(self, name)))))

    @property
    def pools_sampling(self) -> bool:
        """Whether kinds of sampling other than routine are pooled with it."""
        return ALL_SAMPLING in self.sampling or len(self.sampling) > 1

    def with_(self, **changes: object) -> "Filters":
        """A copy with some fields changed."""
        return replace(self, **changes)  # type: ignore[arg-type]

    def previous_year(self) -> "Filters":
        """The same period one year earlier (同比); an end of month stays an end of month."""
        ends_month = (self.end + timedelta(days=1)).day == 1
        end = (
            _year_before(self.end + timedelta(days=1)) - timedelta(days=1)
            if ends_month
            else _year_before(self.end)
        )
        return replace(self, start=_year_before(self.start), end=end)

    def to_query(self) -> dict[str, str]:
        """URL form: only what differs from the defaults, values joined by commas."""
        query = {"from": self.start.isoformat(), "to": self.end.isoformat()}
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name in ("start", "end", "undated", "sampling_asked") or value == field.default:
                continue
            query[field.name] = ",".join(value) if isinstance(value, tuple) else str(value)
        return query

    @classmethod
    def from_query(cls, query: Mapping[str, str], default: "Filters") -> "Filters":
        """Read the URL form; parameters that are absent keep ``default``. Raises ``ValueError`` for bad values."""
        changes: dict[str, object] = {}
        for name, key in (("start", "from"), ("end", "to")):
            if key in query:
                changes[name] = _parse_day(query[key])
        for name in MULTIPLE:
            if name in query:
                changes[name] = tuple(part for part in query[name].split(",") if part)
        for name in ("district", "side"):
            if query.get(name):
                changes[name] = query[name]
        return replace(default, **changes)  # type: ignore[arg-type]

    def period_sentence(self) -> str:
        """The period in Chinese, e.g. 2025年1—8月, 2025年, 2024年3月5日—2025年1月31日."""
        whole_months = self.start.day == 1 and (self.end + timedelta(days=1)).day == 1
        if not whole_months:
            return f"{_day(self.start)}—{_day(self.end)}"
        if self.start.year != self.end.year:
            return f"{self.start.year}年{self.start.month}月—{self.end.year}年{self.end.month}月"
        if (self.start.month, self.end.month) == (1, 12):
            return f"{self.start.year}年"
        if self.start.month == self.end.month:
            return f"{self.start.year}年{self.start.month}月"
        return f"{self.start.year}年{self.start.month}—{self.end.month}月"

    def sentence(
        self, names: Mapping[str, str], fallback: str = "全部地区", omit: Collection[str] = ()
    ) -> str:
        """The Chinese sentence that travels with every figure; ``names`` maps unit, category and campaign codes.

        ``omit`` names fields that do not apply to the figure (only ``sampling`` and the period, ``start``, are shown
        without being asked for).
        """
        parts = [names.get(self.district, self.district) if self.district else fallback]
        if "start" not in omit:
            parts.append(self.period_sentence() + ("（含没有日期的记录）" if self.undated else ""))
        if self.side == "made":
            parts.append(f"地区按{SIDE_NAMES['made']}")
        for name in MULTIPLE:
            values = getattr(self, name)
            if values and name != "sampling":
                parts.append("、".join(names.get(value, value) for value in values))
        if "sampling" not in omit:
            pooled = ALL_SAMPLING in self.sampling
            parts.append("全部抽样性质合并" if pooled else "、".join(self.sampling) + "抽样")
        return "范围：" + "；".join(parts)


def _year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def _parse_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"日期“{text}”不是 2025-01-31 这样的真实日期") from error


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
