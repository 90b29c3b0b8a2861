"""What several tables of the same records tell together, though each hides its own small counts.

- `told_within(counts, known, limits, sets, width=5) -> mask`: the sets whose sum a reader can tell within `width`

The records are cut into the finest parts that the tables tell apart. Each published count and sum is then an equation
over parts, and the range of a set of parts is a linear programme, as in `lib.stats.suppression`. A reader is granted
which parts are empty: that can only tell more.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_array

from lib.stats.suppression import MINIMUM_WIDTH, highest_counts, lowest_solution
from lib.stats.validation import BoolArray, FloatArray, as_vector, as_whole_counts

_TOLERANCE = 1e-6
#: Programmes with weights at random over all open sets show many wide at once; rounds that did not, before giving up.
_ROUNDS = 4
_SEED = 20_251_122


def told_within(
    counts: ArrayLike, known: csr_array, limits: csr_array, sets: csr_array, width: float = MINIMUM_WIDTH
) -> BoolArray:
    """Mark the sets (rows of 0 and 1 over the parts) whose sum is not 0 and can be told within less than `width`.

    `counts`: the true count of every part; `known`: rows over the parts whose sums a reader knows; `limits`: rows whose
    sums a reader knows not to be above 0 (a part of records less its whole). Raises ValueError where they are.
    """
    truth = as_whole_counts("counts", as_vector("counts", counts))
    if (limits @ truth > 0).any():
        raise ValueError("a part is more than its whole")
    ranges = _Ranges(_Programme(truth, known, limits), truth, sets, width)
    chance = np.random.default_rng(_SEED)
    fruitless = 0
    while fruitless < _ROUNDS and ranges.narrow.any():
        before = ranges.narrow.sum()
        ranges.widen(sets.T @ (chance.standard_normal(sets.shape[0]) * ranges.narrow))
        # Asked for by itself, a set takes as many programmes as a round.
        fruitless += before - ranges.narrow.sum() < 2
    for index in np.flatnonzero(ranges.narrow):
        if ranges.narrow[index]:
            ranges.widen(sets[[index]].toarray().ravel())
    return ranges.narrow


class _Ranges:
    """Lowest and highest sum seen of every set."""

    def __init__(self, programme: "_Programme", truth: FloatArray, sets: csr_array, width: float) -> None:
        self._programme, self._sets, self._width = programme, sets, width
        self._values = np.asarray(sets @ truth, dtype=np.float64)
        self._low, self._high = self._values.copy(), self._values.copy()

    @property
    def narrow(self) -> BoolArray:
        """The sets that nothing has shown to be wide yet."""
        is_narrow = self._high - self._low < self._width - _TOLERANCE
        return np.asarray(is_narrow & (self._values > 0), dtype=bool)

    def widen(self, objective: FloatArray) -> None:
        """Every solution is a division of the records that fits, so it may show many sets wide at once."""
        for sign in (1.0, -1.0) if objective.any() else ():
            found = self._sets @ self._programme.lowest(sign * objective)
            self._low, self._high = np.minimum(self._low, found), np.maximum(self._high, found)


class _Programme:
    def __init__(self, truth: FloatArray, known: csr_array, limits: csr_array) -> None:
        self._known, self._sums = known, known @ truth
        self._limits = limits if limits.shape[0] else None
        self._highest = highest_counts(truth)

    def lowest(self, objective: FloatArray) -> FloatArray:
        return lowest_solution(objective, self._known, self._sums, self._limits, self._highest)
