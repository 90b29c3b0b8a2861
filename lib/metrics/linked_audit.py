"""What a new table and earlier ones tell together, as lines over the parts of records that they tell apart."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from lib.metrics.linked_parts import Member, Parts
from lib.metrics.releases import Group
from lib.stats.joint_suppression import Sums, published_sums
from lib.stats.linked_tables import told_within
from lib.stats.suppression import MINIMUM_WIDTH, primary
from lib.stats.validation import BoolArray

#: Place of the new table among all.
NEW: Final = 0
#: Rounds of hiding one group more for each count that is told, and then rounds of twice as many each, before all the
#: rest are hidden.
_SINGLE_ROUNDS: Final = 3
_MOST_ROUNDS: Final = 7

#: A count whose range is less than this is told to the digit.
_EXACT: Final = 1e-3

#: The places of the parts whose sum it is.
Line = tuple[int, ...]


class StillTold(ValueError):
    """Even with everything hidden the table and earlier ones tell a small count."""


class LinkedAudit:
    """The lines of all tables over the parts of all kinds of records."""

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
        """Add to the hidden groups of the new table until nothing is told. Raises `StillTold`."""
        hidden = start
        secrets = sorted(set(self._secrets({**earlier, NEW: hidden})))
        told = self._newly(self._told(secrets, {**earlier, NEW: hidden}), earlier)
        everything = frozenset(group for lines in self.tables[NEW] for group in lines)
        # Asked first, as finding out group by group takes long.
        if told and self._told(told, {**earlier, NEW: everything}):
            raise StillTold
        rounds = 0
        while told:
            rounds += 1
            more = (
                everything - hidden
                if rounds > _MOST_ROUNDS
                else self._more(told, hidden, earlier, 2 ** max(rounds - _SINGLE_ROUNDS, 0))
            )
            if not more:
                raise StillTold
            hidden |= more
            covers = [lines[group] for lines in self.tables[NEW] for group in more if group in lines]
            told = self._newly(self._told(sorted({*told, *covers}), {**earlier, NEW: hidden}), earlier)
        return hidden

    def told_before(self, hidden: frozenset[Group], earlier: dict[int, frozenset[Group]]) -> frozenset[Group]:
        """The hidden groups of the new table that earlier tables tell to the digit, and that hold no small count.

        Whoever has these tables knows them, so the audit has granted them already: to show them tells nothing more, and
        to hide them would only seem to protect.
        """
        sides = self.tables[NEW]
        lines = {
            group: [side[group] for side in sides]
            for group in hidden
            if all(group in side for side in sides) and not self._holds_small([side[group] for side in sides])
        }
        asked = sorted({line for of_group in lines.values() for line in of_group})
        exact = self._mask(asked, earlier, _EXACT)
        known = {line for line, is_known in zip(asked, exact, strict=True) if is_known}
        shown = frozenset(group for group, of_group in lines.items() if known.issuperset(of_group))
        # Whoever has only the new table must not be told either, though earlier tables tell it.
        alone = {NEW: hidden - shown}
        return frozenset() if shown and self._told(sorted(set(self._secrets(alone))), alone) else shown

    def _holds_small(self, lines: list[Line]) -> bool:
        counts = [self._sum(line) for line in lines]
        return bool(primary(np.array([*counts, abs(counts[-1] - counts[0])])).any())

    def _newly(self, told: list[Line], earlier: dict[int, frozenset[Group]]) -> list[Line]:
        """Without what earlier tables tell among themselves: that is not to be held against the new one."""
        return [line for line, is_old in zip(told, self._mask(told, earlier), strict=True) if not is_old]

    def _told(self, lines: list[Line], hidden: dict[int, frozenset[Group]]) -> list[Line]:
        return [line for line, is_told in zip(lines, self._mask(lines, hidden), strict=True) if is_told]

    def _mask(
        self, lines: list[Line], hidden: dict[int, frozenset[Group]], width: float = MINIMUM_WIDTH
    ) -> BoolArray:
        if not lines:
            return np.zeros(0, dtype=bool)
        known = sorted({line for table, groups in hidden.items() for line in self._known(table, groups)})
        # Of the same records a part is less than its whole anyway.
        limits = [(part, whole) for part, whole in self.limits if not set(part) <= set(whole)]
        signs = [(1.0,) * len(part) + (-1.0,) * len(whole) for part, whole in limits]
        beside = self._matrix([part + whole for part, whole in limits], signs)
        return told_within(self.truth, self._matrix(known), beside, self._matrix(lines), width)

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
        self, told: list[Line], hidden: frozenset[Group], earlier: dict[int, frozenset[Group]], number: int
    ) -> frozenset[Group]:
        """For each count that is told the smallest groups still shown that take part in telling it."""
        shown: dict[Group, set[int]] = {}
        for lines in self.tables[NEW]:
            for group, line in lines.items():
                if group not in hidden and self._sum(line):
                    shown.setdefault(group, set()).update(line)
        by_size = sorted(shown, key=lambda group: sum(self.truth[place] for place in shown[group]))
        old = [set(line) for table, groups in earlier.items() for line in self._known(table, groups)]
        chosen: set[Group] = set()
        for line in told:
            reach = set(line).union(*(known for known in old if known & set(line)))
            near = [group for group in by_size if shown[group] & reach]
            chosen.update((near or by_size)[:number])
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
