"""Small counts stay hidden from whoever knows the sums and that a part is never more than its whole."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.stats.joint_suppression import audit_parts, protect_parts

COUNTS = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 30)), min_size=12, max_size=12)


def table(pairs: list[tuple[int, int]], rows: int) -> tuple[np.ndarray, np.ndarray]:
    part = np.array([part for part, _ in pairs]).reshape(rows, -1)
    return part, part + np.array([rest for _, rest in pairs]).reshape(rows, -1)


@pytest.mark.parametrize("rows", [12, 4, 1])
@given(pairs=COUNTS)
@settings(max_examples=25, deadline=None)
def test_every_small_count_is_hidden_and_no_hidden_one_can_be_told(
    rows: int, pairs: list[tuple[int, int]]
) -> None:
    part, whole = table(pairs, rows)
    try:
        hidden = protect_parts(part, whole)
    except ValueError:
        return  # refused: nothing is published
    assert hidden[((part >= 1) & (part <= 4)) | ((whole >= 1) & (whole <= 4))].all()
    ranges = audit_parts(part, whole, hidden)
    assert (ranges.part_highest - ranges.part_lowest)[hidden & (part > 0)].min(initial=np.inf) > 5 - 1e-6
    assert (ranges.whole_highest - ranges.whole_lowest)[hidden & (whole > 0)].min(initial=np.inf) > 5 - 1e-6


def test_the_audit_finds_what_counting_out_every_table_finds() -> None:
    part, whole = np.array([[3], [2], [9]]), np.array([[4], [6], [40]])
    hidden = np.array([[True], [True], [False]])
    fitting = [
        (one, 5 - one, first, 10 - first)
        for one, first in itertools.product(range(6), range(11))
        if one <= first and 5 - one <= 10 - first
    ]
    ranges = audit_parts(part, whole, hidden)
    for index, (lowest, highest) in enumerate(
        (min(values), max(values)) for values in zip(*fitting, strict=True)
    ):
        side = (
            (ranges.part_lowest, ranges.part_highest)
            if index < 2
            else (ranges.whole_lowest, ranges.whole_highest)
        )
        assert (side[0][index % 2, 0], side[1][index % 2, 0]) == pytest.approx((lowest, highest))
    assert (ranges.part_lowest[2, 0], ranges.part_highest[2, 0]) == (9, 9)


def test_one_small_count_is_not_left_to_subtraction() -> None:
    hidden = protect_parts([[2], [30], [8], [50]])
    assert hidden.ravel().tolist() == [True, False, True, False], "the next smallest is hidden with it"


def test_two_hidden_of_one_row_do_not_open_the_columns() -> None:
    part = np.array([[1, 2, 60], [30, 40, 50], [20, 30, 40]])
    hidden = protect_parts(part)
    assert hidden[0, :2].all()
    assert hidden[1:, 0].any()
    assert hidden[1:, 1].any()


def test_zeros_are_shown_and_a_hidden_total_says_nothing_of_its_cells() -> None:
    assert not protect_parts([[0], [0], [7]]).any()
    assert protect_parts([[0], [3]]).ravel().tolist() == [False, True], "the total of 3 is hidden as well"


def test_the_whole_gives_its_part_no_way_out() -> None:
    hidden = protect_parts([[12], [1], [40]], [[13], [5], [90]])
    assert hidden.ravel().tolist() == [True, True, False], "5 of the whole need a second hidden whole"


def test_what_is_zero_covers_nothing() -> None:
    # Who knows that the second part is 0 has the first by subtraction: 52 less 40.
    assert protect_parts([[12], [0], [40]], [[13], [3], [90]]).all()
    # Rows 9 and 6, columns 7 and 8 are published: the second row is one count, and with it go all the others.
    with pytest.raises(ValueError, match="merge groups"):
        protect_parts([[1, 8], [6, 0]])


def test_impossible_tables_are_refused() -> None:
    with pytest.raises(ValueError, match="more than its whole"):
        protect_parts([[5]], [[4]])
    with pytest.raises(ValueError, match="one shape"):
        protect_parts([[5]], [[4, 6]])
