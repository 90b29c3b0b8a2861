"""Follow-up of unqualified batches (核查处置): one or two sides each, with dates, causes and site checks."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from lib.demo.batches import Batches
from lib.demo.places import CATERING_STAGE, ONLINE, PRODUCTION
from lib.demo.results import Results
from lib.demo.streams import pick
from lib.demo.world import World

SIDES: Final = ("生产", "流通", "餐饮", "网抽")
PRODUCER_SIDE, SHOP_SIDE, CATERER_SIDE, ONLINE_SIDE = range(4)
STATUSES: Final = ("未开始", "进行中", "已完成")

#: The county that is slow in disposal, and shares of punctual starts and finishes (assumed).
SLOW_COUNTY: Final = "341225"
_PUNCTUAL: Final = {"start": (0.96, 0.72), "finish": (0.93, 0.62), "recheck": (0.88, 0.60)}
_NEVER_FINISHED: Final = 0.01
_RECHECK_PASSED: Final = 0.95
_CASE_FILED: Final = 0.72

#: Causes by side, in the words of the disposal form; shares assumed.
PRODUCER_CAUSES: Final = {
    "原料问题": 0.30,
    "过程控制不严": 0.25,
    "生产工艺": 0.20,
    "储运不当": 0.08,
    "标签标识问题": 0.03,
    "包装迁移": 0.02,
    "人为添加": 0.02,
    "其他": 0.10,
}
OTHER_CAUSES: Final = {"生产": 0.50, "销售": 0.36, "运输": 0.14}
CAUSES: Final = tuple(sorted({*PRODUCER_CAUSES, *OTHER_CAUSES}))


@dataclass
class Disposals:
    """One entry per side. ``row`` is the batch; days and indexes are -1 when missing."""

    row: np.ndarray
    side: np.ndarray
    authority: np.ndarray
    company: np.ndarray
    received: np.ndarray
    delivered: np.ndarray
    started: np.ndarray
    controlled: np.ndarray
    finished: np.ndarray
    paused_days: np.ndarray
    status: np.ndarray
    cause: np.ndarray
    case_filed: np.ndarray
    made: np.ndarray
    stock: np.ndarray
    recalled: np.ndarray
    rechecked: np.ndarray
    recheck_passed: np.ndarray


@dataclass(frozen=True)
class _Sides:
    """Batch, side, enterprise, authority (unit, -1 unknown) and day the authority has the report."""

    row: np.ndarray
    side: np.ndarray
    company: np.ndarray
    authority: np.ndarray
    received: np.ndarray


@dataclass(frozen=True)
class _Clock:
    """Start, end of pausing, site check and finish of each side, whether or not they lie in the future."""

    started: np.ndarray
    paused: np.ndarray
    finished: np.ndarray
    rechecked: np.ndarray


def draw_disposals(
    generator: np.random.Generator, batches: Batches, results: Results, world: World
) -> Disposals:
    """Disposal sides of the unqualified batches whose report the authority has by the as-of day."""
    row, side, company = _sides(batches, results)
    authority = np.array(world.pools.register.division, dtype=np.int32)[company]
    received = (
        results.reported[row] + 1 + (generator.random(len(row)) * np.where(side == 0, 9, 5)).astype(int)
    )
    known = received <= world.as_of
    sides = _Sides(row[known], side[known], company[known], authority[known], received[known])
    is_slow = sides.authority == world.districts.index[SLOW_COUNTY]
    clock = _clock(generator, sides, is_slow, results.objection[sides.row] > 0, world.as_of)
    return _disposals(generator, sides, clock, world.as_of)


def _sides(batches: Batches, results: Results) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(batch, side, enterprise): the producer if known, and the place of sampling unless it is the producer."""
    failed = np.flatnonzero(results.fails)
    made = failed[batches.producer[failed] >= 0]
    sold = failed[batches.stage[failed] != PRODUCTION]
    sold_side = np.where(batches.stage[sold] == CATERING_STAGE, CATERER_SIDE, SHOP_SIDE)
    sold_side = np.where(batches.place[sold] == ONLINE, ONLINE_SIDE, sold_side)
    row = np.concatenate([made, sold])
    side = np.concatenate([np.full(len(made), PRODUCER_SIDE), sold_side]).astype(np.int32)
    company = np.concatenate([batches.producer[made], batches.sampled_unit[sold]])
    order = np.argsort(row, kind="stable")
    return row[order], side[order], company[order]


def _clock(
    generator: np.random.Generator, sides: _Sides, is_slow: np.ndarray, is_contested: np.ndarray, as_of: int
) -> _Clock:
    count, received = len(sides.row), sides.received
    chance = {
        name: generator.random(count) < np.where(is_slow, slow, usual)
        for name, (usual, slow) in _PUNCTUAL.items()
    }
    # Five working days last at least five calendar days, so that an early start is in time on any calendar.
    early, late = generator.integers(0, 6, count), 12 + generator.exponential(7, count).astype(int)
    started = received + np.where(chance["start"], early, late)
    paused = np.where(is_contested, 20 + generator.integers(0, 25, count), 0)
    in_time = (18 + 70 * generator.beta(2.0, 1.7, count)).astype(int)
    overdue = 92 + generator.exponential(28, count).astype(int)
    finished = np.maximum(received + np.where(chance["finish"], in_time, overdue), started + 3) + paused
    finished = np.where(generator.random(count) < _NEVER_FINISHED, as_of + 1, finished)
    checked = np.maximum(finished - generator.integers(0, 12, count), started)
    return _Clock(started, paused, finished, np.where(chance["recheck"], checked, -1))


def _disposals(generator: np.random.Generator, sides: _Sides, clock: _Clock, as_of: int) -> Disposals:
    count = len(sides.row)
    is_done, is_begun = clock.finished <= as_of, clock.started <= as_of
    controlled = np.minimum(clock.started + generator.integers(0, 12, count), clock.finished)
    is_controlled = controlled <= as_of
    made = np.round(generator.lognormal(5.0, 1.2, count), 1)
    sold, recalled = generator.random(count), 0.3 * generator.random(count)
    is_checked = is_done & (clock.rechecked >= 0)
    return Disposals(
        row=sides.row,
        side=sides.side,
        authority=sides.authority,
        company=sides.company,
        received=sides.received,
        delivered=_until(sides.received + generator.integers(0, 5, count), as_of),
        started=_until(clock.started, as_of),
        controlled=_until(controlled, as_of),
        finished=_until(clock.finished, as_of),
        paused_days=clock.paused,
        status=np.where(is_done, 2, np.where(is_begun, 1, 0)),
        cause=np.where(is_done, _causes(generator, sides.side), -1),
        case_filed=np.where(is_done, generator.random(count) < _CASE_FILED, -1),
        made=np.where(is_controlled, made, np.nan),
        stock=np.where(is_controlled, np.round(made * (1 - sold) * 0.5, 1), np.nan),
        recalled=np.where(is_controlled, np.round(made * sold * recalled, 1), np.nan),
        rechecked=np.where(is_checked, clock.rechecked, -1),
        recheck_passed=np.where(is_checked, generator.random(count) < _RECHECK_PASSED, -1),
    )


def _until(days: np.ndarray, as_of: int) -> np.ndarray:
    return np.where(days <= as_of, days, -1)


def _causes(generator: np.random.Generator, side: np.ndarray) -> np.ndarray:
    drawn = []
    for shares in (PRODUCER_CAUSES, OTHER_CAUSES):
        indexes = np.array([CAUSES.index(name) for name in shares])
        drawn.append(indexes[pick(generator, np.array(list(shares.values())), len(side))])
    return np.where(side == PRODUCER_SIDE, drawn[0], drawn[1])
