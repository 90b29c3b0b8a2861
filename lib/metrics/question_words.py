"""What a reader asks for in words: conditions, groups, numbers; the same on the command line and in addresses."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from lib.data.filters import MULTIPLE, Filters
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot
from lib.metrics.compute import UnknownDimension, WrongParameter
from lib.metrics.dimensions import DIMENSIONS
from lib.metrics.extent import filter_values
from lib.metrics.metric import Metric
from lib.metrics.predicates import FIELD_NAMES

CONDITION_NAMES: Final[Mapping[str, str]] = {**FIELD_NAMES, "side": "地区口径"}
#: What `--by` calls the places, `--where` understands as well.
_OTHER_NAMES: Final = dict.fromkeys(("division", "city", "province"), "district")
#: More values than this are not written out in an error; the sentence says how many there are.
_LISTED: Final = 60


class WrongCondition(ValueError):
    """A `--where`, `--by` or `--format` the command does not understand; the message lists what it does."""


def asked_dimensions(metric: Metric, by: Sequence[str]) -> tuple[str, ...]:
    """Dimension ids of the groups asked for by id or Chinese name, several separated by commas."""
    names = {dimension.name: dimension.id for dimension in DIMENSIONS.values()}
    asked = [part.strip() for one in by for part in one.split(",") if part.strip()]
    chosen = tuple(names.get(one, one) for one in asked)
    if twice := sorted({one for one in chosen if chosen.count(one) > 1}):
        raise UnknownDimension(f"分组“{'、'.join(twice)}”重复，请只写一次")
    unknown = [one for one in chosen if one not in metric.dimensions]
    if unknown:
        allowed = "、".join(f"{name}（{DIMENSIONS[name].name}）" for name in metric.dimensions)
        raise UnknownDimension(f"指标“{metric.name}”不能按“{'、'.join(unknown)}”分组；可用：{allowed}")
    return chosen


def asked_number(parameter: str) -> tuple[str, float]:
    """Name and value of a parameter written like `k=3`."""
    name, equals, text = parameter.partition("=")
    try:
        number = float(text)
    except ValueError as error:
        if equals:
            raise WrongParameter(f"参数“{name.strip()}”的值“{text}”不是数字，应如 k=3") from error
        raise WrongParameter(f"参数“{parameter}”应写成 名称=数值，如 k=3") from error
    return name.strip(), int(number) if number.is_integer() else number


def asked_filters(
    conditions: Mapping[str, Any], start: date | None, end: date | None, extent: tuple[date, date]
) -> Filters:
    """Filters of conditions and days; an absent day is that of the `extent` of the records.

    Without both days records that carry no date are asked for as well.
    """
    first, last = extent
    return Filters(
        start=start or min(first, end or first),
        end=end or max(last, start or last),
        undated=start is None and end is None,
        sampling_asked="sampling" in conditions,
        **conditions,
    )


def asked_conditions(snapshot: Snapshot, where: Sequence[str], scope: Scope) -> dict[str, Any]:
    """Fields of `Filters` for conditions written like `stage=生产,餐饮`, a value being a code or a Chinese name."""
    fields = {name: field for field, name in CONDITION_NAMES.items()}
    chosen: dict[str, list[str]] = {}
    for condition in where:
        name, separator, text = condition.partition("=")
        field = fields.get(name.strip(), _OTHER_NAMES.get(name.strip(), name.strip()))
        if not separator or field not in CONDITION_NAMES:
            allowed = "、".join(f"{one}（{label}）" for one, label in CONDITION_NAMES.items())
            raise WrongCondition(f"条件“{condition}”应写成 名称=取值；名称可用：{allowed}")
        chosen.setdefault(field, []).extend(_values(snapshot, field, text, scope))
    single = [field for field, values in chosen.items() if field not in MULTIPLE and len(values) > 1]
    if single:
        raise WrongCondition(f"条件“{CONDITION_NAMES[single[0]]}”只能取一个值")
    return {field: tuple(values) if field in MULTIPLE else values[0] for field, values in chosen.items()}


def _values(snapshot: Snapshot, field: str, text: str, scope: Scope) -> list[str]:
    allowed = filter_values(snapshot, field, scope)
    return [_value(field, part.strip(), allowed) for part in text.split(",")]


def _value(field: str, asked: str, allowed: Mapping[str, str]) -> str:
    if asked in allowed:
        return asked
    named = [value for value, name in allowed.items() if name == asked]
    if len(named) == 1:
        return named[0]
    if named:
        raise WrongCondition(f"{CONDITION_NAMES[field]}“{asked}”有多个，请改用代码：{'、'.join(named)}")
    listed = [value if value == name else f"{value}（{name}）" for value, name in allowed.items()]
    rest = f"……共{len(listed)}个" if len(listed) > _LISTED else ""
    shown = "、".join(listed[:_LISTED]) or "（本数据版本中没有取值）"
    raise WrongCondition(f"{CONDITION_NAMES[field]}没有“{asked}”；可用：{shown}{rest}")
