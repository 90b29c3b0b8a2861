"""Small numbers in public or enterprise-identifying output: hide, hide again, and check that hiding holds.

- `primary(counts, lowest=1, highest=4) -> mask`: counts to hide; zeros are shown
- `secondary(counts, hidden, group=None) -> mask`: if exactly one cell of a published sum is hidden, the
  next smallest
- `smallest_ranks(counts, group=None)`, `secondary_by_rank(rank, first_level, group=None)`,
  `cascade(parent_of_child, rank, hidden_parents)`: the row-wise rules of hierarchies (NHS England FFT)
- `round_to_five(value, small="5")`: NHS Digital's display, 1–7 as one text and the rest to the nearest 5
- `audit(table, hidden) -> (lowest, highest)`: what a reader can deduce of each cell from the published sums
- `protect_table(table, ...) -> mask`: hide until every hidden cell can still be at least `width` apart
- `next_cell(numbers, masked, leaking)`: which cell is best hidden next

Row-wise secondary hiding leaks in two-way tables; only the audit (linear programming) tells. It assumes
that all row and column sums and the grand total are published and that counts are >= 0; a reader who also
knows the rule "1–4 are hidden" knows more, and so does one with another table of the same records: audit
every published table together. Rates and anything else derived from a hidden count are hidden with it. This
is about disclosure, not reliability: a small n is shown grey, never hidden (`intervals.small_sample`).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import linprog
from scipy.sparse import csr_array
from scipy.stats import rankdata

from lib.stats.validation import (
    BoolArray,
    FloatArray,
    IntArray,
    as_mask,
    as_vector,
    as_whole_counts,
    same_length,
)

LOWEST_HIDDEN, HIGHEST_HIDDEN = 1, 4
NHS_HIGHEST = 7
NHS_LARGEST = 100_000_000
MINIMUM_WIDTH = 5.0


def primary(counts: ArrayLike, lowest: int = LOWEST_HIDDEN, highest: int = HIGHEST_HIDDEN) -> BoolArray:
    """Mark counts from lowest to highest (any shape); zeros stay visible unless lowest is 0."""
    if not 0 <= lowest <= highest:
        raise ValueError(f"need 0 <= lowest <= highest, got {lowest!r} and {highest!r}")
    numbers = as_whole_counts("counts", counts)
    return (numbers >= lowest) & (numbers <= highest)


def secondary(counts: ArrayLike, hidden: ArrayLike, group: Sequence[object] | None = None) -> BoolArray:
    """Mark also the smallest visible non-zero cell of each group (sum) with exactly one hidden cell."""
    numbers = as_whole_counts("counts", as_vector("counts", counts))
    masked = as_mask("hidden", hidden, numbers.size)
    result = np.zeros(numbers.size, dtype=bool)
    for members in _groups(group, numbers.size):
        visible = members[~masked[members] & (numbers[members] > 0)]
        if masked[members].sum() == 1 and visible.size:
            result[visible[np.argmin(numbers[visible])]] = True
    return result


def smallest_ranks(counts: ArrayLike, group: Sequence[object] | None = None) -> IntArray:
    """Give dense ranks from the smallest non-zero count (1) upwards within each group; 0 for zeros."""
    numbers = as_whole_counts("counts", as_vector("counts", counts))
    result = np.zeros(numbers.size, dtype=np.int64)
    for members in _groups(group, numbers.size):
        present = members[numbers[members] > 0]
        result[present] = rankdata(numbers[present], method="dense")
    return result


def secondary_by_rank(
    rank: ArrayLike, first_level: ArrayLike, group: Sequence[object] | None = None
) -> BoolArray:
    """Mark rank 2 of each group whose rank 1 is hidden at the first level."""
    places = as_whole_counts("rank", as_vector("rank", rank))
    first = as_mask("first_level", first_level, places.size)
    result = np.zeros(places.size, dtype=bool)
    for members in _groups(group, places.size):
        if (first[members] & (places[members] == 1)).any():
            result[members[places[members] == 2]] = True
    return result


def cascade(
    parent_of_child: Sequence[object], rank: ArrayLike, hidden_parents: Sequence[object]
) -> BoolArray:
    """Mark the two smallest children (rank 1 and 2) of every hidden parent."""
    places = as_whole_counts("rank", as_vector("rank", rank))
    if len(parent_of_child) != places.size:
        raise ValueError(f"lengths differ: parent_of_child {len(parent_of_child)}, rank {places.size}")
    affected = np.array([parent in set(hidden_parents) for parent in parent_of_child])
    return affected & np.isin(places, (1.0, 2.0))


def round_to_five(value: float, small: str = "5") -> str:
    """Show a count as NHS Digital does: 0 as 0, 1–7 as one text, the rest to the nearest 5."""
    number = float(as_whole_counts("value", value))
    if number > NHS_LARGEST:
        raise ValueError(f"value must not exceed {NHS_LARGEST}, got {number:g}")
    if 0 < number <= NHS_HIGHEST:
        return small
    return str(int(5 * ((number + 2) // 5)))


def audit(table: ArrayLike, hidden: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Give the lowest and highest value of each cell of a two-way table (rows × columns) that fits the
    published sums.

    Visible cells give their own value twice. A hidden cell with lowest == highest is disclosed.
    """
    numbers, masked = _two_way(table, hidden)
    lowest, highest = numbers.copy(), numbers.copy()
    positions = np.argwhere(masked)
    if not positions.size:
        return lowest, highest
    sums, totals = _equations(numbers, masked, positions)
    for index, (row, column) in enumerate(positions):
        objective = np.zeros(len(positions))
        objective[index] = 1.0
        lowest[row, column] = _optimum(objective, sums, totals)
        highest[row, column] = -_optimum(-objective, sums, totals)
    return lowest, highest


def protect_table(
    table: ArrayLike,
    lowest: int = LOWEST_HIDDEN,
    highest: int = HIGHEST_HIDDEN,
    width: float = MINIMUM_WIDTH,
) -> BoolArray:
    """Give the cells to hide: the small ones, then more until every hidden cell's range is at least `width`
    wide.

    Ends with everything hidden at the latest; raises ValueError if even that discloses a cell (a table
    whose sums alone tell too much must not be published).
    """
    numbers, masked = _two_way(table, primary(table, lowest, highest))
    while masked.any():
        low, high = audit(numbers, masked)
        leaking = masked & (high - low < width - 1e-6)
        if not leaking.any():
            break
        choice = next_cell(numbers, masked, leaking)
        if choice is None:
            raise ValueError(
                "the published sums alone disclose a hidden cell: publish fewer sums or merge categories"
            )
        masked[choice] = True
    return masked


def next_cell(numbers: FloatArray, masked: BoolArray, leaking: BoolArray) -> tuple[int, int] | None:
    """Choose the next cell: first one that gives the most lines a second hidden cell, then the smallest one.

    A row or column with a single hidden cell discloses it by subtraction. If no such line is left, widen the
    range with the smallest visible cell of a leaking line; zeros are hidden last.
    """
    lines = (masked.sum(axis=1) == 1).astype(int)[:, None] + (masked.sum(axis=0) == 1).astype(int)[None, :]
    near = np.logical_or.outer(leaking.any(axis=1), leaking.any(axis=0))
    visible = ~masked & (numbers > 0)
    for candidates in (visible & (lines > 0), visible & near, visible, ~masked):
        if candidates.any():
            positions = np.argwhere(candidates)
            best = np.lexsort((numbers[candidates], -lines[candidates]))[0]
            return int(positions[best, 0]), int(positions[best, 1])
    return None


def _two_way(table: ArrayLike, hidden: ArrayLike) -> tuple[FloatArray, BoolArray]:
    numbers = as_whole_counts("table", table)
    masked: np.ndarray = np.asarray(hidden)
    if numbers.ndim != 2 or not numbers.size:
        raise ValueError(f"table must have rows and columns, got shape {numbers.shape}")
    if masked.shape != numbers.shape:
        raise ValueError(f"lengths differ: table {numbers.shape}, hidden {masked.shape}")
    flat = as_mask("hidden", masked.ravel(), numbers.size)
    return numbers.copy(), flat.reshape(numbers.shape)


def _equations(
    numbers: FloatArray, masked: BoolArray, positions: np.ndarray
) -> tuple[FloatArray, FloatArray]:
    """Write one equation per row and column: the hidden cells add up to sum minus visible cells."""
    missing = np.where(masked, numbers, 0.0)
    rows = (positions[:, 0][None, :] == np.arange(numbers.shape[0])[:, None]).astype(float)
    columns = (positions[:, 1][None, :] == np.arange(numbers.shape[1])[:, None]).astype(float)
    return np.vstack([rows, columns]), np.concatenate([missing.sum(axis=1), missing.sum(axis=0)])


def _optimum(objective: FloatArray, sums: FloatArray, totals: FloatArray) -> float:
    solution = linprog(objective, A_eq=sums, b_eq=totals, bounds=(0, None), method="highs")
    if not solution.success:
        raise ValueError(f"the audit found no solution: {solution.message}")
    return float(solution.fun)


def highest_counts(counts: FloatArray) -> FloatArray:
    """More than a reader could tell by any sum, so that a programme is bounded; what is 0 is granted to be known."""
    return np.where(counts > 0, counts.sum() + 10 * HIGHEST_HIDDEN, 0.0)


def lowest_solution(
    objective: FloatArray,
    equations: csr_array,
    sums: FloatArray,
    limits: csr_array | None,
    highest: FloatArray,
) -> FloatArray:
    """Counts from 0 to `highest` with the lowest weighted sum that fit `equations @ x = sums` and `limits @ x <= 0`.

    Raises ValueError where nothing fits.
    """
    solution = linprog(
        objective,
        A_eq=equations if equations.shape[0] else None,
        b_eq=sums if equations.shape[0] else None,
        A_ub=limits,
        b_ub=None if limits is None else np.zeros(limits.shape[0]),
        bounds=np.column_stack([np.zeros(len(highest)), highest]),
        method="highs",
    )
    if not solution.success:
        raise ValueError(f"the audit found no solution: {solution.message}")
    return np.asarray(solution.x, dtype=np.float64)


def _groups(group: Sequence[object] | None, size: int) -> list[np.ndarray]:
    if group is None:
        return [np.arange(size)]
    labels = np.asarray(group)
    same_length(group=labels, counts=np.empty(size))
    return [np.flatnonzero(labels == label) for label in np.unique(labels)]
