"""Hiding small numbers of a table with those in mind that left the bureau before it: nobody may subtract them.

The records are cut into the parts that the tables tell apart. A new table hides more of its groups until no small count
(of a group of any table, or of a part, which is what a subtraction gives) and no hidden count can be told within five.
What earlier tables tell among themselves no new one can mend; it is not held against it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from lib.metrics.linked_parts import Member, Parts, counted_sides, parts_of, question_of
from lib.metrics.linked_tables import members_of, sharing
from lib.metrics.releases import Before, Group, Release
from lib.stats.joint_suppression import Sums, published_sums
from lib.stats.linked_tables import told_within
from lib.stats.suppression import primary
from lib.stats.validation import BoolArray

#: Earlier tables and parts in one audit: some seconds of work. What is left out is said.
_MOST_TABLES: Final = 30
_MOST_PARTS: Final = 1_000
#: Rounds of hiding some groups more before all the rest are hidden.
_MOST_ROUNDS: Final = 10
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
    others = sharing(new, before, kinds)
    questions = [question, *(asked for _, asked in others.tables[:_MOST_TABLES])]
    parts, cut = [], set[int]()
    for kind in sorted(kinds) if others.tables else ():
        members = list(members_of(questions, kind))
        one = parts_of(before.whole, members, _MOST_PARTS)
        cut |= {member.table for member in members} - {member.table for member in one.members}
        parts.append(one)
    seen = {member.table for one in parts for member in one.members} - {_NEW}
    hidden = frozenset(start)
    if seen:
        earlier = {place: frozenset(others.tables[place - 1][0].hidden) for place in seen}
        hidden = _Audit(parts).hide(hidden, earlier)
    # A table of which one side only could be cut is audited with it, and said to be left out.
    together = len(seen - cut)
    return Linked(hidden, together, others.left_out + len(others.tables) - together)


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
        #: Tables whose second side is a total over groups, shown beside each of them.
        self.totals: set[int] = set()
        for one, offset in zip(parts, offsets, strict=False):
            for member, groups in zip(one.members, one.groups, strict=True):
                lines: dict[Group, list[int]] = {}
                for place, group in enumerate(groups):
                    if group is not None:
                        lines.setdefault(group, []).append(offset + place)
                self._add(member, {group: tuple(line) for group, line in lines.items()})
        self.limits = list(self._limits())
        #: What counts as published of a table does not change with what is hidden of it.
        self.sums = {table: tuple(self._sums(table)) for table in self.tables}

    def _add(self, member: Member, lines: dict[Group, Line]) -> None:
        sides = self.tables.setdefault(member.table, [])
        if len(member.places) < len(member.question.by):
            self.totals.add(member.table)
            whole = {group: tuple(group[place] for place in member.places) for one in sides for group in one}
            lines = {group: lines[total] for group, total in whole.items() if total in lines}
        sides.append(lines)

    def hide(self, start: frozenset[Group], earlier: dict[int, frozenset[Group]]) -> frozenset[Group]:
        hidden = start
        secrets = sorted(set(self._secrets({**earlier, _NEW: hidden})))
        told = self._newly(self._told(secrets, {**earlier, _NEW: hidden}), earlier)
        everything = frozenset(group for lines in self.tables[_NEW] for group in lines)
        # Asked first, as finding out group by group takes long.
        if told and self._told(told, {**earlier, _NEW: everything}):
            raise StillTold
        rounds = 0
        while told:
            rounds += 1
            more = everything - hidden if rounds > _MOST_ROUNDS else self._more(told, hidden, earlier)
            if not more:
                raise StillTold
            hidden |= more
            covers = [lines[group] for lines in self.tables[_NEW] for group in more if group in lines]
            told = self._newly(self._told(sorted({*told, *covers}), {**earlier, _NEW: hidden}), earlier)
        return hidden

    def _newly(self, told: list[Line], earlier: dict[int, frozenset[Group]]) -> list[Line]:
        """Without what earlier tables tell among themselves: that is not to be held against the new one."""
        return [line for line, is_old in zip(told, self._mask(told, earlier), strict=True) if not is_old]

    def _told(self, lines: list[Line], hidden: dict[int, frozenset[Group]]) -> list[Line]:
        return [line for line, is_told in zip(lines, self._mask(lines, hidden), strict=True) if is_told]

    def _mask(self, lines: list[Line], hidden: dict[int, frozenset[Group]]) -> BoolArray:
        if not lines:
            return np.zeros(0, dtype=bool)
        known = sorted({line for table, groups in hidden.items() for line in self._known(table, groups)})
        # Of the same records a part is less than its whole anyway.
        limits = [(part, whole) for part, whole in self.limits if not set(part) <= set(whole)]
        signs = [(1.0,) * len(part) + (-1.0,) * len(whole) for part, whole in limits]
        beside = self._matrix([part + whole for part, whole in limits], signs)
        return told_within(self.truth, self._matrix(known), beside, self._matrix(lines))

    def _known(self, table: int, hidden: frozenset[Group]) -> Iterator[Line]:
        """The counts that a table shows, and the sums that count as published."""
        for lines in self.tables[table]:
            yield from (line for group, line in lines.items() if group not in hidden)
        for lines, sums, axes in self.sums[table]:
            if sums.total:
                yield tuple(sorted(place for line in lines.values() for place in line))
            for axis, shown in enumerate((sums.rows, sums.columns)):
                for number in np.flatnonzero(shown):
                    held = [
                        lines[group] for group, at in axes.items() if at[axis] == number and group in lines
                    ]
                    yield tuple(sorted(place for line in held for place in line))

    def _sums(self, table: int) -> Iterator[tuple[dict[Group, Line], Sums, dict[Group, tuple[int, int]]]]:
        sides = self.tables[table][:1] if table in self.totals else self.tables[table]
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
        rests = [
            tuple(sorted(set(whole) - set(part))) for part, whole in self.limits if set(part) <= set(whole)
        ]
        derived = [*self.pieces, *rests]
        small = primary(np.array([self._sum(line) for line in derived]))
        yield from (line for line, is_small in zip(derived, small, strict=True) if is_small)

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
