"""Small numbers of a result table that leaves the bureau: hidden, hidden again, and audited.

Counts of 1 to 4 are hidden, also where they are what a part leaves of its whole, and with them as many others as it
takes that no hidden count can be told within five by subtraction from the sums (see `lib.stats.joint_suppression`).
Value and interval of a hidden count are hidden with it.
What was counted in neither side is left out altogether.

Whoever holds two tables of other filters may subtract them: counts of 12 in districts A and B and of 10 in A tell the 2
of B. So what left the bureau before is kept, and a new table hides what these would tell together with it (see
`lib.metrics.linked_protection`).
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from lib.data.scope import Scope
from lib.metrics.compute import Result
from lib.metrics.linked_audit import StillTold
from lib.metrics.linked_protection import Linked, hidden_with
from lib.metrics.metric import Count, Counted
from lib.metrics.releases import Before, Group, Release, groups_of, release_of
from lib.stats.joint_suppression import protect_parts
from lib.stats.suppression import HIGHEST_HIDDEN, LOWEST_HIDDEN, MINIMUM_WIDTH, primary
from lib.stats.validation import BoolArray, FloatArray

_MOST_DIMENSIONS: Final = 2
#: A larger table takes minutes to audit; nobody reads it either.
_MOST_CELLS: Final = 300
_RULE: Final = (
    f"小数保护：{LOWEST_HIDDEN}—{HIGHEST_HIDDEN} 的计数不提供（空白），其率和区间一并不提供；"
    f"分母减分子得 {LOWEST_HIDDEN}—{HIGHEST_HIDDEN} 的同样不提供"
)
_ALONE: Final = (
    "本指标不是逐条相加的计数，复核限于本表：筛选或分组不同的表可以相减，"
    f"由此可能得出 {LOWEST_HIDDEN}—{HIGHEST_HIDDEN} 的计数；对外提供前须与已提供过的表一并核对"
)
_HIDDEN: Final = ["numerator", "denominator", "value", "lower", "upper"]


class ProtectionRefused(ValueError):
    """The table cannot be protected, so it must not leave the bureau; the message (Chinese) says what would help."""


@dataclass(frozen=True)
class Protected:
    """A result whose small counts are hidden (missing in `frame`), and the verdict of the audit in Chinese."""

    result: Result
    hidden: int
    sentence: str
    release: Release


def protect(result: Result, scope: Scope, before: Before) -> Protected:
    """Hide the small counts of a result, and what with the tables handed out before would tell some.

    Raises `ProtectionRefused` for a table that cannot be audited or protected.
    """
    release = release_of(result, scope)
    frame = result.frame.drop(columns=list(result.excluded))
    if len(result.by) > _MOST_DIMENSIONS:
        raise ProtectionRefused("对外提供的表最多按两个维度分组，否则无法复核；请减少分组")
    if frame.empty:
        nothing = f"{_RULE}；本表没有数据。"
        return Protected(
            replace(result, frame=frame, excluded={}), 0, nothing, replace(release, sentence=nothing)
        )
    places = _places(frame, result.by)
    part, whole = _table(frame, places, result, "numerator"), _whole(frame, places, result)
    if part.size > _MOST_CELLS:
        raise ProtectionRefused(
            f"共 {part.size} 格，超过可复核的 {_MOST_CELLS} 格；请减少分组或缩小范围后再对外提供"
        )
    try:
        masked = _mask(part, whole, has_rest=_has_rest(result)) | _of_hidden_totals(frame, places, result)
    except ValueError as error:
        raise ProtectionRefused(
            "合计太小，全部隐藏仍可由合计推算；请放宽期间、合并分组后再对外提供"
        ) from error
    groups = groups_of(frame, result.by)
    alone = {group for group, place in zip(groups, places, strict=True) if masked[place]}
    linked = _linked(release, alone, before)
    hidden = alone if linked is None else linked.hidden
    rows = np.array([group in hidden for group in groups], dtype=bool)
    protected = frame.assign(**{name: frame[name].mask(rows) for name in _HIDDEN})
    small = _small(part, whole, has_rest=_has_rest(result))
    more = sum(
        group in hidden & alone and not small[place] for group, place in zip(groups, places, strict=True)
    )
    # A table handed out before is handed out again to the last byte.
    sentence = (
        linked.repeats.sentence
        if linked is not None and linked.repeats is not None
        else _sentence(int(rows.sum()), more, len(hidden - alone), linked)
    )
    release = replace(release, hidden=tuple(group for group in groups if group in hidden), sentence=sentence)
    return Protected(
        replace(result, frame=protected, excluded={}), int(rows.sum()), release.sentence, release
    )


def _linked(release: Release, alone: set[Group], before: Before) -> Linked | None:
    try:
        return hidden_with(release, alone, before)
    except StillTold as error:
        raise ProtectionRefused(
            "与以前对外提供过的同类记录的表相减，即使全部隐藏也能得出"
            f" {LOWEST_HIDDEN}—{HIGHEST_HIDDEN} 的计数；请沿用以前的期间和筛选，或放宽期间、合并分组"
        ) from error


def _places(frame: pd.DataFrame, by: tuple[str, ...]) -> list[tuple[int, int]]:
    """Row and column of every group in a table of the first dimension by the second."""
    axes = [pd.factorize(frame[name], use_na_sentinel=False)[0] for name in by]
    while len(axes) < _MOST_DIMENSIONS:
        axes.append(np.zeros(len(frame), dtype=np.int64))
    return [(int(row), int(column)) for row, column in zip(*axes, strict=True)]


def _whole(frame: pd.DataFrame, places: list[tuple[int, int]], result: Result) -> FloatArray | None:
    """The denominators where they count records; population and totals over groups need no cover."""
    denominator = result.metric.denominator
    if denominator is None or not _is_counted(denominator) or set(result.metric.total_over) & set(result.by):
        return None
    return _table(frame, places, result, "denominator")


def _mask(part: FloatArray, whole: FloatArray | None, *, has_rest: bool) -> BoolArray:
    """Together where one is a part of the other; otherwise each by itself, and what either needs hidden is hidden.

    Whoever knows a part and its whole knows the rest: 48 of 50 qualified are 2 unqualified.
    """
    if whole is None or not (part > whole).any():
        hidden = protect_parts(part, whole)
        return hidden | protect_parts(whole - part, whole) if has_rest and whole is not None else hidden
    return protect_parts(part) | protect_parts(whole)


def _has_rest(result: Result) -> bool:
    metric = result.metric
    return metric.denominator is not None and metric.numerator.table is metric.denominator.table


def _of_hidden_totals(frame: pd.DataFrame, places: list[tuple[int, int]], result: Result) -> BoolArray:
    """Groups beside a total over them that must not be shown: it would be a sum that nobody has."""
    shape = tuple(max(place[axis] for place in places) + 1 for axis in range(_MOST_DIMENSIONS))
    hidden = np.zeros(shape, dtype=bool)
    denominator = result.metric.denominator
    if (
        denominator is None
        or not _is_counted(denominator)
        or not set(result.metric.total_over) & set(result.by)
    ):
        return hidden
    keys = [name for name in result.by if name not in result.metric.total_over]
    names = groups_of(frame, keys)
    totals = dict(zip(names, frame["denominator"].to_numpy(dtype="float64", na_value=0.0), strict=True))
    masked = protect_parts(np.array([list(totals.values())]).T).ravel()
    secret = {name for name, is_hidden in zip(totals, masked, strict=True) if is_hidden}
    for name, place in zip(names, places, strict=True):
        hidden[place] |= name in secret
    return hidden


def _is_counted(side: Counted) -> bool:
    return isinstance(side, Count) and side.divide_by == 1


def _table(frame: pd.DataFrame, places: list[tuple[int, int]], result: Result, name: str) -> FloatArray:
    """Counts as a table; a group that does not appear has none, and a missing count counts as none.

    The sums leave both out as well. The audit then grants the reader to know that it is 0, which can only hide more.
    """
    shape = tuple(max(place[axis] for place in places) + 1 for axis in range(_MOST_DIMENSIONS))
    table = np.zeros(shape)
    values = frame[name].to_numpy(dtype="float64", na_value=0.0)
    if not np.array_equal(values, np.round(values)) or (values < 0).any():
        raise ProtectionRefused(f"“{result.metric.name}”不是计数，无法按小数保护的规则复核；请改取其他指标")
    for place, value in zip(places, values, strict=True):
        table[place] = value
    return table


def _small(part: FloatArray, whole: FloatArray | None, *, has_rest: bool) -> BoolArray:
    if whole is None:
        return primary(part)
    small = primary(part) | primary(whole)
    return small | primary(whole - part) if has_rest and not (part > whole).any() else small


def _sentence(hidden: int, covers: int, linked_covers: int, linked: Linked | None) -> str:
    parts = [_RULE]
    if not hidden:
        parts.append("本表没有这样的计数，无须隐藏")
    else:
        why = (
            (covers, "组是为防止用合计相减推算而连带隐藏"),
            (linked_covers, "组是为防止与以前对外提供过的表相减推算而隐藏"),
        )
        said = "，".join(f"{number} {words}" for number, words in why if number)
        parts.append(f"本表隐藏 {hidden} 组{'，其中 ' if said else ''}{said}")
        parts.append(
            "线性规划复核通过：即使知道各行、各列合计和总计，任何一个被隐藏的计数仍有不小于 "
            f"{MINIMUM_WIDTH:.0f} 的可能范围"
        )
    return "。".join((*parts, *_links(linked))) + "。"


def _links(linked: Linked | None) -> list[str]:
    if linked is None:
        return [_ALONE]
    said = [
        f"已与以前对外提供过的 {linked.together} 张同类记录的表一并复核"
        if linked.together
        else "以前没有对外提供过同类记录的表"
    ]
    if linked.left_out:
        said.append(
            f"另有 {linked.left_out} 张同类记录的表没有一并复核或没有全部复核（较早、分得太细、现在程序读不懂，"
            "或其计数不能逐条相加），对外提供前须人工核对"
        )
    return said
