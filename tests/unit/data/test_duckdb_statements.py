"""Compiled statements are kept by structure: the values must always be those of the statement at hand."""

import duckdb
import pytest
from sqlalchemy import column, select, values
from sqlalchemy.types import Integer

from lib.data.duckdb_statements import compile_statement, execute

NUMBERS = values(column("n", Integer), name="numbers").data([(one,) for one in range(10)])


@pytest.mark.parametrize("limit", [2, 5, 9])
def test_the_same_structure_with_another_value(limit: int) -> None:
    found = execute(duckdb.connect(), select(NUMBERS.c.n).where(NUMBERS.c.n < limit)).fetchall()
    assert [row[0] for row in found] == list(range(limit))


@pytest.mark.parametrize("wanted", [[3], [1, 2, 4], [], [9, 8, 7, 6]])
def test_lists_of_any_length(wanted: list[int]) -> None:
    statement = select(NUMBERS.c.n).where(NUMBERS.c.n.in_(wanted), NUMBERS.c.n >= 1)
    found = execute(duckdb.connect(), statement).fetchall()
    assert sorted(row[0] for row in found) == sorted(wanted)


def test_the_text_stays_and_the_values_change() -> None:
    texts, given = zip(
        *(compile_statement(select(NUMBERS.c.n).where(NUMBERS.c.n == one)) for one in (1, 2)), strict=True
    )
    assert texts[0] == texts[1]
    assert [one[-1] for one in given] == [1, 2]
