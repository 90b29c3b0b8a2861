"""Hiding small numbers of a table with those in mind that left the bureau before it: nobody may subtract them.

The records are cut into the parts that the tables tell apart. A new table hides more of its groups until no small count
(of a group of any table, or of a part, which is what a subtraction gives) and no hidden count can be told within five.
What earlier tables tell among themselves no new one can mend; it is not held against it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from lib.metrics.counting import Count
from lib.metrics.linked_parts import Member, Parts, counted_sides, parts_of, question_of
from lib.metrics.predicates import FilterNotApplicable, UnknownDistrict
from lib.metrics.question import Question
from lib.metrics.registry import UnknownMetric
from lib.metrics.releases import Before, Group, Release
from lib.stats.joint_suppression import Sums, published_sums
from lib.stats.linked_tables import told_within
from lib.stats.suppression import primary
from lib.stats.validation import BoolArray

#: Earlier tables and parts in one audit: some seconds of work. What is left out is said.
_MOST_TABLES: Final = 30
_MOST_PARTS: Final = 3_000
#: Places of the new table among all.
_NEW: Final = 0

Line = tuple[int, ...]


class StillTold(ValueError):
    """Even with everything hidden the table and earlier ones tell a small count."""


@dataclass(frozen=True)
class Linked:
    """The groups to hide, how many earlier tables were looked at together, and how many could not be.

    A table handed out before is handed out again as it was.
    """

    hidden: frozenset[Group]
    together: int
    left_out: int
    repeats: Release | None = None


def hidden_with(new: Release, start: Iterable[Group], before: Before) -> Linked | None:
    """Add to the groups hidden already; None where rows do not add up (different keys), which cannot be linked.

    Raises `StillTold`.
    """
    question = question_of(before.whole, new)
    sides = counted_sides(question)
    if not sides:
        return None
    same = [release for release in before.releases if release.question == new]
    if same:
        return Linked(frozenset(same[0].hidden), 0, 0, repeats=same[0])
    kinds = {side.table.name for side in sides}
    others, unknown = _sharing(new, before, kinds)
    if not others:
        return Linked(frozenset(start), 0, unknown)
    near = [(question, sides), *((asked, own) for _, asked, own in others[:_MOST_TABLES])]
    parts = []
    for kind in sorted(kinds):
        members = [
            Member(place, asked, side)
            for place, (asked, own) in enumerate(near)
            for side in own
            if side.table.name == kind
        ]
        parts.append(parts_of(before.whole, members, _MOST_PARTS))
    seen = {member.table for one in parts for member in one.members} - {_NEW}
    earlier = {place: frozenset(others[place - 1][0].hidden) for place in seen}
    hidden = _Audit(parts).hide(frozenset(start), earlier)
    return Linked(hidden, len(seen), unknown + len(others) - len(seen))


def _sharing(
    new: Release, before: Before, kinds: set[str]
) -> tuple[list[tuple[Release, Question, tuple[Count, ...]]], int]:
    """Earlier tables that count records of these kinds, and how many this version or program no longer knows.

    All are read in the data of the new table and on its day: what they told then is known by now to differ a little.
    """
    found, unknown = [], 0
    for release in before.releases:
        try:
            question = question_of(before.whole, replace(release, as_of=new.as_of))
        except (UnknownMetric, FilterNotApplicable, UnknownDistrict):
            unknown += 1
            continue
        sides = counted_sides(question)
        if kinds & {side.table.name for side in sides}:
            found.append((release, question, sides))
    return found, unknown


class _Audit:
    """Lines over all parts of all counts; a line is the places of the parts whose sum it is."""

    def __init__(self, parts: Sequence[Parts]) -> None:
        self.truth = np.concatenate([one.counts for one in parts])
        offsets = [int(end) for end in np.cumsum([0, *(len(one.counts) for one in parts)])]
        #: For each table one mapping of groups to lines for each count that it shows, the part before the whole.
        self.tables: dict[int, list[dict[Group, Line]]] = {}
        self.pieces = [
            tuple(offset + place for place in piece)
            for one, offset in zip(parts, offsets, strict=False)
            for piece in one.pieces
        ]
        for one, offset in zip(parts, offsets, strict=False):
            for member, groups in zip(one.members, one.groups, strict=True):
                lines: dict[Group, list[int]] = {}
                for place, group in enumerate(groups):
                    if group is not None:
                        lines.setdefault(group, []).append(offset + place)
                self.tables.setdefault(member.table, []).append({g: tuple(line) for g, line in lines.items()})
        self.limits = list(self._limits())

    def hide(self, start: frozenset[Group], earlier: dict[int, frozenset[Group]]) -> frozenset[Group]:
        hidden = start
        secrets = sorted(set(self._secrets({**earlier, _NEW: hidden})))
        told = self._told(secrets, {**earlier, _NEW: hidden})
        # Not to be held against the new table.
        told = [line for line, is_old in zip(told, self._mask(told, earlier), strict=True) if not is_old]
        while told:
            more = self._more(told, hidden, earlier)
            if not more:
                raise StillTold
            hidden |= more
            covers = [lines[group] for lines in self.tables[_NEW] for group in more if group in lines]
            told = self._told(sorted({*told, *covers}), {**earlier, _NEW: hidden})
        return hidden

    def _told(self, lines: list[Line], hidden: dict[int, frozenset[Group]]) -> list[Line]:
        return [line for line, is_told in zip(lines, self._mask(lines, hidden), strict=True) if is_told]

    def _mask(self, lines: list[Line], hidden: dict[int, frozenset[Group]]) -> BoolArray:
        if not lines:
            return np.zeros(0, dtype=bool)
        known = sorted({line for table, groups in hidden.items() for line in self._known(table, groups)})
        signs = [(1.0,) * len(part) + (-1.0,) * len(whole) for part, whole in self.limits]
        limits = self._matrix([part + whole for part, whole in self.limits], signs)
        return told_within(self.truth, self._matrix(known), limits, self._matrix(lines))

    def _known(self, table: int, hidden: frozenset[Group]) -> Iterator[Line]:
        """The counts that a table shows, and the sums that count as published."""
        for lines in self.tables[table]:
            yield from (line for group, line in lines.items() if group not in hidden)
        for lines, sums, axes in self._sums(table):
            if sums.total:
                yield tuple(sorted(place for line in lines.values() for place in line))
            for axis, shown in enumerate((sums.rows, sums.columns)):
                for number in np.flatnonzero(shown):
                    held = [
                        lines[group] for group, at in axes.items() if at[axis] == number and group in lines
                    ]
                    yield tuple(sorted(place for line in held for place in line))

    def _sums(self, table: int) -> Iterator[tuple[dict[Group, Line], Sums, dict[Group, tuple[int, int]]]]:
        sides = self.tables[table]
        axes = _axes(sides)
        shape = tuple(max(at[axis] for at in axes.values()) + 1 for axis in range(2)) if axes else (0, 0)
        counts = []
        for lines in sides:
            values = np.zeros(shape)
            for group, line in lines.items():
                values[axes[group]] = self._sum(line)
            counts.append(values)
        if not axes:
            return
        if len(counts) == 2 and not (counts[0] > counts[1]).any():
            sums = published_sums(*counts)
            yield from ((lines, sums, axes) for lines in sides)
        else:
            yield from ((lines, published_sums(one), axes) for lines, one in zip(sides, counts, strict=True))

    def _secrets(self, hidden: dict[int, frozenset[Group]]) -> Iterator[Line]:
        for table, groups in hidden.items():
            for lines in self.tables[table]:
                small = primary(np.array([self._sum(line) for line in lines.values()]))
                for (group, line), is_small in zip(lines.items(), small, strict=True):
                    if is_small or group in groups:
                        yield line
        small = primary(np.array([self._sum(line) for line in self.pieces]))
        yield from (line for line, is_small in zip(self.pieces, small, strict=True) if is_small)

    def _limits(self) -> Iterator[tuple[Line, Line]]:
        """A part is never more than its whole, group by group, where the table bears it out."""
        for sides in self.tables.values():
            if len(sides) < 2:
                continue
            pairs = [(line, sides[1].get(group, ())) for group, line in sides[0].items()]
            if all(self._sum(part) <= self._sum(whole) for part, whole in pairs):
                yield from pairs

    def _more(
        self, told: list[Line], hidden: frozenset[Group], earlier: dict[int, frozenset[Group]]
    ) -> frozenset[Group]:
        """For each count that is told the smallest group still shown that takes part in telling it."""
        shown: dict[Group, set[int]] = {}
        for lines in self.tables[_NEW]:
            for group, line in lines.items():
                if group not in hidden and self._sum(line):
                    shown.setdefault(group, set()).update(line)
        by_size = sorted(shown, key=lambda group: sum(self.truth[place] for place in shown[group]))
        old = [set(line) for table, groups in earlier.items() for line in self._known(table, groups)]
        chosen: set[Group] = set()
        for line in told:
            reach = set(line).union(*(known for known in old if known & set(line)))
            near = next((group for group in by_size if shown[group] & reach), None)
            chosen.update(by_size[:1] if near is None else [near])
        return frozenset(chosen)

    def _sum(self, line: Line) -> float:
        return float(sum(self.truth[place] for place in line))

    def _matrix(self, lines: Sequence[Line], signs: Sequence[Sequence[float]] | None = None) -> csr_array:
        ends = np.cumsum([0, *(len(line) for line in lines)])
        places = [place for line in lines for place in line]
        values = [1.0] * len(places) if signs is None else [sign for line in signs for sign in line]
        return csr_array((values, places, ends), shape=(len(lines), len(self.truth)))


def _axes(sides: Sequence[dict[Group, Line]]) -> dict[Group, tuple[int, int]]:
    """Row and column of every group in a table of the first dimension by the second."""
    groups = list(dict.fromkeys(group for lines in sides for group in lines))
    names = [[group[axis] if axis < len(group) else "" for group in groups] for axis in range(2)]
    codes = [pd.factorize(pd.Series(one, dtype="object"), use_na_sentinel=False)[0] for one in names]
    return {group: (int(codes[0][place]), int(codes[1][place])) for place, group in enumerate(groups)}
