"""Hiding small counts of a part and its whole together: x of n, in groups of one or two dimensions.

- `protect_parts(part, whole, ...) -> mask`: the groups whose counts are hidden, both at once
- `audit_parts(part, whole, hidden) -> Ranges`: what a reader can deduce of every hidden count
- `published_sums(part, whole) -> Sums`: the sums over rows, columns and everything that count as published

The audit is a linear programme as in `lib.stats.suppression`, with one more thing a reader knows: a part is never more
than its whole. A sum over a row or column and the grand total count as published where the protected table of these
sums shows them: what is hidden as a total is no help against its cells. Zeros are no secret. Whoever holds tables of
other filters may know more: see `lib.stats.linked_tables`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_array

from lib.stats.suppression import (
    HIGHEST_HIDDEN,
    LOWEST_HIDDEN,
    MINIMUM_WIDTH,
    highest_counts,
    lowest_solution,
    next_cell,
    primary,
)
from lib.stats.validation import BoolArray, FloatArray, as_whole_counts

_TOLERANCE = 1e-6
#: Programmes with weights at random: most counts turn out to have a wide range in these few.
_ROUNDS = 8
_SEED = 20_251_122


@dataclass(frozen=True)
class Ranges:
    """Lowest and highest value of every count that fits what is published; a visible count gives itself twice."""

    part_lowest: FloatArray
    part_highest: FloatArray
    whole_lowest: FloatArray
    whole_highest: FloatArray

    @property
    def width(self) -> FloatArray:
        """The narrower of the two ranges, cell by cell."""
        return np.minimum(self.part_highest - self.part_lowest, self.whole_highest - self.whole_lowest)


def protect_parts(
    part: ArrayLike,
    whole: ArrayLike | None = None,
    *,
    lowest: int = LOWEST_HIDDEN,
    highest: int = HIGHEST_HIDDEN,
    width: float = MINIMUM_WIDTH,
) -> BoolArray:
    """Give the cells to hide of a table rows × columns: those with a small count, then more until the audit holds.

    Ends with everything hidden at the latest. Raises ValueError if even that tells a hidden count within `width`.
    """
    numbers, others = _tables(part, whole)
    tables = (numbers,) if whole is None else (numbers, others)
    hidden = primary(numbers, lowest, highest) | primary(others, lowest, highest)
    sums = _published(tables, lowest, highest, width) if hidden.any() else Sums.none()
    while hidden.any():
        hidden = _completed(numbers, hidden, width, sums)
        leaking = _leaking(tables, hidden, width, sums)
        if not leaking.any():
            break
        choice = next_cell(numbers, hidden, leaking)
        if choice is None:
            raise ValueError("the published sums alone disclose a hidden count: merge groups")
        hidden[choice] = True
    return hidden


def audit_parts(part: ArrayLike, whole: ArrayLike | None, hidden: ArrayLike) -> Ranges:
    """Give the range of every hidden part and whole; without a whole the ranges of the part stand for both.

    The same sums count as published as in `protect_parts`; a count that no sum limits has an infinite range.
    """
    numbers, others = _tables(part, whole)
    tables = (numbers,) if whole is None else (numbers, others)
    masked = np.asarray(hidden, dtype=bool)
    bounds = [numbers.copy(), numbers.copy(), others.copy(), others.copy()]
    if masked.any():
        sums = _published(tables, LOWEST_HIDDEN, HIGHEST_HIDDEN, MINIMUM_WIDTH)
        programme = _Programme(tables, masked, sums)
        ranges = np.array([programme.range(index) for index in range(programme.truth.size)])
        for side, found in enumerate(np.split(ranges, len(tables))):
            bounds[2 * side][masked], bounds[2 * side + 1][masked] = found[:, 0], found[:, 1]
    if whole is None:
        bounds[2:] = bounds[:2]
    return Ranges(*bounds)


def published_sums(part: ArrayLike, whole: ArrayLike | None = None) -> "Sums":
    """The sums of a table that the protected tables of its sums show."""
    numbers, others = _tables(part, whole)
    return _published(
        (numbers,) if whole is None else (numbers, others), LOWEST_HIDDEN, HIGHEST_HIDDEN, MINIMUM_WIDTH
    )


@dataclass(frozen=True)
class Sums:
    """Which sums are published: of each row, of each column, of everything. A sum of one cell is the cell itself."""

    rows: BoolArray
    columns: BoolArray
    total: bool

    @classmethod
    def none(cls) -> "Sums":
        nothing = np.zeros(0, dtype=bool)
        return cls(nothing, nothing, False)


def _published(tables: tuple[FloatArray, ...], lowest: int, highest: int, width: float) -> Sums:
    """The sums that the protected tables of sums show."""
    shape = tables[0].shape
    total = not any(primary(table.sum(), lowest, highest) for table in tables)
    shown = [np.zeros(length, dtype=bool) for length in shape]
    if min(shape) > 1:
        for axis in range(2):
            sums = [table.sum(axis=1 - axis)[:, None] for table in tables]
            shown[axis] = ~protect_parts(*sums, lowest=lowest, highest=highest, width=width).ravel()
    return Sums(shown[0], shown[1], total)


def _tables(part: ArrayLike, whole: ArrayLike | None) -> tuple[FloatArray, FloatArray]:
    numbers = as_whole_counts("part", part)
    others = numbers if whole is None else as_whole_counts("whole", whole)
    if numbers.ndim != 2 or not numbers.size or numbers.shape != others.shape:
        raise ValueError(f"part and whole must be tables of one shape, got {numbers.shape}, {others.shape}")
    if (numbers > others).any():
        raise ValueError("a part is more than its whole")
    return numbers, others


def _completed(numbers: FloatArray, hidden: BoolArray, width: float, sums: Sums) -> BoolArray:
    """Hide the smallest visible count of every line that gives its hidden ones away by subtraction alone.

    The audit would find them too, one at a time and at a far greater cost.
    """
    mask, changed = hidden.copy(), True
    while changed:
        changed = False
        for table, cells, shown in ((numbers, mask, sums.rows), (numbers.T, mask.T, sums.columns)):
            for line in np.flatnonzero(shown):
                few = cells[line].sum() == 1 or table[line][cells[line]].sum() < width
                visible = np.flatnonzero(~cells[line] & (table[line] > 0))
                if cells[line].any() and few and visible.size:
                    cells[line, visible[np.argmin(table[line][visible])]] = changed = True
    return mask


class _Programme:
    """What a reader knows of the hidden counts, as equations and limits on them. Parts come first, then wholes."""

    def __init__(self, tables: tuple[FloatArray, ...], masked: BoolArray, sums: Sums) -> None:
        count = int(masked.sum())
        self.truth = np.concatenate([table[masked] for table in tables])
        self._equations = csr_array(np.kron(np.eye(len(tables)), _lines(sums, np.argwhere(masked))))
        self._totals = self._equations @ self.truth
        # A group without records has no row in the file: what is 0 may be known to be 0, and covers nothing.
        self._highest = highest_counts(self.truth)
        joint = len(tables) > 1
        self._limits = csr_array(np.hstack([np.eye(count), -np.eye(count)])) if joint else None

    def extreme(self, objective: FloatArray) -> FloatArray:
        """Counts that fit everything published, with this weighted sum of them as low as can be."""
        return lowest_solution(objective, self._equations, self._totals, self._limits, self._highest)

    def range(self, index: int) -> tuple[float, float]:
        """Lowest and highest value of one hidden count."""
        unit = np.eye(1, self.truth.size, index).ravel()
        low, high = (float(self.extreme(sign * unit)[index]) for sign in (1.0, -1.0))
        return low, np.inf if high > self.truth.sum() + _TOLERANCE else high

    def narrow(self, width: float) -> BoolArray:
        """Mark the hidden counts whose range is less than `width`.

        Every solution is a table that fits, so it may prove the range of many counts at once; only what no solution
        has proved yet is asked for by itself.
        """
        low, high = self.truth.copy(), self.truth.copy()
        chance = np.random.default_rng(_SEED)
        for index in (*[None] * _ROUNDS, *np.flatnonzero(self.truth)):
            for sign in (1.0, -1.0):
                open_yet = (high - low < width - _TOLERANCE) & (self.truth > 0)
                if index is None:
                    objective = chance.standard_normal(self.truth.size) * open_yet
                else:
                    objective = sign * open_yet * np.eye(1, self.truth.size, index).ravel()
                if objective.any():
                    found = self.extreme(objective)
                    low, high = np.minimum(low, found), np.maximum(high, found)
        return (high - low < width - _TOLERANCE) & (self.truth > 0)


def _leaking(tables: tuple[FloatArray, ...], hidden: BoolArray, width: float, sums: Sums) -> BoolArray:
    """The hidden cells of which a count can be told within `width`."""
    narrow = np.split(_Programme(tables, hidden, sums).narrow(width), len(tables))
    leaking = np.zeros(hidden.shape, dtype=bool)
    leaking[hidden] = np.logical_or.reduce(narrow)
    return leaking


def _lines(sums: Sums, positions: np.ndarray) -> FloatArray:
    """One line per published sum: which hidden cells it holds. Lines without any say nothing and are left out."""
    lines = [np.full(len(positions), float(sums.total))]
    for axis, shown in enumerate((sums.rows, sums.columns)):
        lines += [(positions[:, axis] == line).astype(float) for line in np.flatnonzero(shown)]
    return np.vstack([lines[0], *(line for line in lines[1:] if line.any())])
