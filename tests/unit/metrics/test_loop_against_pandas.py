"""Metrics of rectification and duties against a second computation in pandas over random rows."""

import random
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.metrics.compute import compute
from lib.metrics.registry import get_metric
from tests.unit.metrics.analyses.conftest import Make, make
from tests.unit.metrics.conftest import make_snapshot
from tests.unit.metrics.loop_rows import duty_row, round_row

__all__ = ["make", "make_snapshot"]

AS_OF = date(2025, 8, 31)
PERIOD = Filters(start=date(2025, 2, 1), end=date(2025, 10, 31))
COUNTIES = ("341202", "341203", "340102")


def _after(chance: random.Random, day: date | None, share: float) -> date | None:
    if day is None or chance.random() > share:
        return None
    return day + timedelta(days=chance.randrange(0, 90))


def items(chance: random.Random) -> list[dict[str, Any]]:
    rows = []
    for _ in range(400):
        found = date(2025, 1, 1) + timedelta(days=chance.randrange(300))
        rectified = _after(chance, found, 0.7)
        verified = _after(chance, rectified, 0.7)
        ended = _after(chance, found, 0.1)
        due = found + timedelta(days=30) if chance.random() < 0.9 else None
        rows.append(
            round_row(
                found,
                county=chance.choice(COUNTIES),
                rectified_on=rectified,
                claimed_on=verified,
                verified_on=verified,
                ended_on=ended,
                ended_as=None if ended is None else "移送",
                due_on=due,
            )
        )
    return rows


def timestamps(rows: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows)
    days = [name for name in frame if name.endswith("_on")]
    return frame.assign(**{name: pd.to_datetime(frame[name]) for name in days})


def second_computation(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Numerators and denominators by county, written a second way: a state per row, then counts."""
    frame, today = timestamps(rows), pd.Timestamp(AS_OF)
    frame = frame[frame["found_on"].between(pd.Timestamp(PERIOD.start), pd.Timestamp(PERIOD.end))]
    frame = frame[frame["found_on"] <= today]
    state = []
    for row in frame.itertuples():
        verified = pd.notna(row.verified_on) and row.verified_on <= today
        ended = pd.notna(row.ended_on) and row.ended_on <= today
        if verified and pd.notna(row.ended_on) and row.ended_on < row.verified_on:
            verified = False
        state.append("verified" if verified else "ended" if ended else "open")
    frame = frame.assign(state=state)
    late = (frame["state"] == "open") & (frame["due_on"] < today)
    due = (frame["state"] != "ended") & (frame["due_on"] < today)
    on_time = (frame["state"] == "verified") & due & (frame["verified_on"] <= frame["due_on"])
    parts = {
        "rectification_items": frame["state"].notna(),
        "rectification_verified": frame["state"] == "verified",
        "rectification_open": frame["state"] == "open",
        "rectification_overdue": late,
        "on_time": on_time,
        "due": due,
    }
    return pd.DataFrame({**parts, "county": frame["county_code"]}).groupby("county").sum()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_rectification_by_county(seed: int, make: Make) -> None:
    rows = items(random.Random(seed))
    snapshot, expected = make(rectification_round=rows), second_computation(rows)
    for metric_id in (
        "rectification_items",
        "rectification_verified",
        "rectification_open",
        "rectification_overdue",
    ):
        frame = compute(
            snapshot, get_metric(metric_id), PERIOD, Scope.everything(), by=("division",), as_of=AS_OF
        ).frame.set_index("division")
        assert frame["numerator"].astype(int).to_dict() == expected[metric_id].to_dict(), metric_id
    rate = compute(
        snapshot,
        get_metric("rectification_on_time_rate"),
        PERIOD,
        Scope.everything(),
        by=("division",),
        as_of=AS_OF,
    ).frame.set_index("division")
    assert rate["numerator"].astype(int).to_dict() == expected["on_time"].to_dict()
    assert rate["denominator"].astype(int).to_dict() == expected["due"].to_dict()
    left_out = [name for name in rate if name.startswith("excluded_")]
    everything = rate["denominator"] + rate[left_out].sum(axis=1)
    assert everything.astype(int).to_dict() == expected["rectification_items"].to_dict(), "nothing is lost"


def test_duties_by_level_and_quarter(make: Make) -> None:
    chance = random.Random(7)
    rows = []
    for _ in range(300):
        due = chance.choice((date(2025, 3, 31), date(2025, 6, 30), date(2025, 9, 30)))
        done = due + timedelta(days=chance.randrange(-60, 30)) if chance.random() < 0.8 else None
        rows.append(duty_row(due, done, binding_level=chance.choice("ABCD"), county=chance.choice(COUNTIES)))
    frame, today = timestamps(rows), pd.Timestamp(AS_OF)
    done = frame["done_on"] <= today
    counted = frame["due_on"] < today
    on_time = counted & done & (frame["done_on"] <= frame["due_on"])
    keys = [frame["due_quarter"], frame["binding_level"]]
    expected = pd.DataFrame({"x": on_time, "n": counted}).groupby(keys).sum()
    figure = compute(
        make(supervision_duty=rows),
        get_metric("supervision_on_time_rate"),
        PERIOD,
        Scope.everything(),
        by=("due_quarter", "binding_level"),
        as_of=AS_OF,
    ).frame.set_index(["due_quarter", "binding_level"])
    assert figure["numerator"].astype(int).to_dict() == expected["x"].to_dict()
    assert figure["denominator"].astype(int).to_dict() == expected["n"].to_dict()
