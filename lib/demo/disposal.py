"""Follow-up of unqualified batches (核查处置): one or two sides each, with dates, causes and site checks."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from lib.demo.batches import Batches
from lib.demo.districts import Districts
from lib.demo.enterprises import Register
from lib.demo.places import CATERING_STAGE, ONLINE, PRODUCTION
from lib.demo.results import Results
from lib.demo.streams import pick

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


def draw_disposals(
    generator: np.random.Generator,
    batches: Batches,
    results: Results,
    districts: Districts,
    register: Register,
    as_of: int,
) -> Disposals:
    """Disposal sides of the unqualified batches whose report the authority has by ``as_of``."""
    row, side, company = _sides(batches, results)
    authority = np.array(register.division, dtype=np.int32)[company]
    received = (
        results.reported[row] + 1 + (generator.random(len(row)) * np.where(side == 0, 9, 5)).astype(int)
    )
    keep = received <= as_of
    row, side, company, authority, received = (
        item[keep] for item in (row, side, company, authority, received)
    )
    return _clocks(generator, row, side, company, authority, received, results, districts, as_of)


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


def _clocks(
    generator: np.random.Generator,
    row: np.ndarray,
    side: np.ndarray,
    company: np.ndarray,
    authority: np.ndarray,
    received: np.ndarray,
    results: Results,
    districts: Districts,
    as_of: int,
) -> Disposals:
    count = len(row)
    is_slow = (authority == districts.index[SLOW_COUNTY]).astype(int)
    chance = {name: generator.random(count) < np.array(shares)[is_slow] for name, shares in _PUNCTUAL.items()}
    # Working days: five of them last at least five calendar days, so that an early start is early anywhere.
    early, late = generator.integers(0, 6, count), 12 + generator.exponential(7, count).astype(int)
    started = received + np.where(chance["start"], early, late)
    paused = np.where(results.objection[row] > 0, 20 + generator.integers(0, 25, count), 0)
    in_time = (18 + 70 * generator.beta(2.0, 1.7, count)).astype(int)
    overdue = 92 + generator.exponential(28, count).astype(int)
    finished = np.maximum(received + np.where(chance["finish"], in_time, overdue), started + 3) + paused
    finished = np.where(generator.random(count) < _NEVER_FINISHED, as_of + 1, finished)
    rechecked = np.where(
        chance["recheck"], np.maximum(finished - generator.integers(0, 12, count), started), -1
    )
    is_done, is_begun = finished <= as_of, started <= as_of
    made = np.round(generator.lognormal(5.0, 1.2, count), 1)
    sold_share, recall_share = generator.random(count), generator.random(count)
    controlled = np.minimum(started + generator.integers(0, 12, count), finished)

    return Disposals(
        row=row,
        side=side,
        authority=authority,
        company=company,
        received=received,
        delivered=_until(received + generator.integers(0, 5, count), as_of),
        started=_until(started, as_of),
        controlled=_until(controlled, as_of),
        finished=_until(finished, as_of),
        paused_days=paused,
        status=np.where(is_done, 2, np.where(is_begun, 1, 0)),
        cause=np.where(is_done, _causes(generator, side), -1),
        case_filed=np.where(is_done, generator.random(count) < _CASE_FILED, -1),
        made=np.where(controlled <= as_of, made, np.nan),
        stock=np.where(controlled <= as_of, np.round(made * (1 - sold_share) * 0.5, 1), np.nan),
        recalled=np.where(controlled <= as_of, np.round(made * sold_share * recall_share * 0.3, 1), np.nan),
        rechecked=np.where(is_done, rechecked, -1),
        recheck_passed=np.where(is_done & (rechecked >= 0), generator.random(count) < _RECHECK_PASSED, -1),
    )


def _until(days: np.ndarray, as_of: int) -> np.ndarray:
    return np.where(days <= as_of, days, -1)


def _causes(generator: np.random.Generator, side: np.ndarray) -> np.ndarray:
    drawn = []
    for shares in (PRODUCER_CAUSES, OTHER_CAUSES):
        indexes = np.array([CAUSES.index(name) for name in shares])
        drawn.append(indexes[pick(generator, np.array(list(shares.values())), len(side))])
    return np.where(side == PRODUCER_SIDE, drawn[0], drawn[1])
