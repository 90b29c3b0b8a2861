"""Results of batches: who fails, when the report comes, objections, and the verdicts that follow."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from lib.data.verdicts import CONCLUSIONS, OBJECTION_STATUSES, derive
from lib.demo.batches import Batches
from lib.demo.calibration import (
    GROUPS,
    KIND_LIFT,
    KIND_SHARE,
    LAG_MEAN_FAILING,
    LAG_MEAN_PASSING,
    LAG_SHAPE,
    NOT_TESTED_SHARE,
    PROBLEM_FACTOR,
    PURPOSE_FACTOR,
    PURPOSE_SHARE,
    QUARTER_FACTOR,
    STEP_CATEGORY,
    STEP_COUNTY,
    STEP_FACTOR,
    STEP_FROM,
    YEARS,
)
from lib.demo.districts import Districts
from lib.demo.foods import CELLS
from lib.demo.streams import pick, pick_by_row
from lib.demo.volume import Month, day_number
from lib.demo.world import World

CONCLUSION_NAMES: Final = tuple(CONCLUSIONS)
SUPERVISION: Final = ("qualified", "unqualified")
MONITORING: Final = ("not_judged", "problem")
STATES: Final = ("concluded", "pending", "not_tested", "reinspection", "objection", "voided")

#: Objection statuses of an unqualified result, old and recent (assumed); the last entry takes what is left.
_SETTLED = {"复检合格": 0.010, "复检不合格": 0.030, "异议认可": 0.006, "异议不认可": 0.012, "逾期异议": 0.006}
_OPEN = {"复检中": 0.10, "异议处置中": 0.07, "逾期异议": 0.006}
_NONE = "未申请复检"
_OPEN_DAYS = 45
#: Fixed results (``Batches.fixed_result``) come this many days after sampling.
_FIXED_LAG = 14


@dataclass
class Results:
    """Outcome arrays of one month's batches; days are -1 and indexes are -1 when missing."""

    fails: np.ndarray
    problem: np.ndarray
    group: np.ndarray
    received: np.ndarray
    reported: np.ndarray
    conclusion: np.ndarray
    objection: np.ndarray
    supervision: np.ndarray
    monitoring: np.ndarray
    state: np.ndarray


def unqualified_probability(batches: Batches, month: Month, world: World) -> np.ndarray:
    """Probability that a batch with a supervision verdict is unqualified, by kind of sampling."""
    mean_lift = float(np.dot(KIND_SHARE, KIND_LIFT))
    supervised = np.array(PURPOSE_SHARE) * (np.array(PURPOSE_FACTOR) > 0)
    mean_purpose = float(np.dot(supervised, PURPOSE_FACTOR) / supervised.sum())
    base = world.mix.rate[YEARS.index(month.year), batches.cell] * QUARTER_FACTOR[month.quarter]
    lift = np.array(KIND_LIFT)[batches.kind] / mean_lift
    purpose = np.array(PURPOSE_FACTOR)[batches.purpose] / mean_purpose
    return np.minimum(base * lift * purpose * _step(batches, world.districts), 0.95)


def _step(batches: Batches, districts: Districts) -> np.ndarray:
    """The one real change: from ``STEP_FROM`` on, one category of one county fails more often."""
    is_category = np.array([cell.code == STEP_CATEGORY for cell in CELLS])[batches.cell]
    applies = is_category & (batches.unit == districts.index[STEP_COUNTY])
    applies &= batches.sampled >= day_number(date.fromisoformat(STEP_FROM))
    return np.where(applies, STEP_FACTOR, 1.0)


def draw_failures(
    generator: np.random.Generator, batches: Batches, month: Month, world: World
) -> tuple[np.ndarray, np.ndarray]:
    """Which batches are unqualified, and which are problem samples."""
    probability = unqualified_probability(batches, month, world)
    fails = generator.random(len(batches)) < probability
    base = world.mix.rate[YEARS.index(month.year), batches.cell]
    problem = ~fails & (generator.random(len(batches)) < base * np.array(PROBLEM_FACTOR)[batches.purpose])
    fixed = batches.fixed_result
    return (
        np.where(fixed >= 0, (fixed == 1) | (fixed == 3), fails),
        np.where(fixed >= 0, fixed >= 2, problem),
    )


def conclude(
    generator: np.random.Generator,
    batches: Batches,
    adverse: tuple[np.ndarray, np.ndarray],
    month: Month,
    world: World,
) -> Results:
    """Add report days, conclusions, objections and verdicts; what is not reported by the as-of day is pending.

    ``adverse``: which batches are unqualified and which are problem samples (see ``draw_failures``).
    """
    fails, problem = adverse
    received, reported = _report_days(generator, batches, fails | problem)
    is_tested = (generator.random(len(batches)) >= NOT_TESTED_SHARE) | (batches.fixed_result >= 0)
    group = pick_by_row(generator, world.mix.group_edges[YEARS.index(month.year)], batches.cell)
    # A sample that is both needs two items of one group; additives always have several.
    group = np.where(fails & problem, GROUPS.index("ADD"), group)
    is_known = (reported <= world.as_of) & is_tested
    conclusion = np.where(reported > world.as_of, -1, _conclusions(batches.purpose, fails, problem))
    conclusion = np.where(is_tested, conclusion, CONCLUSION_NAMES.index("未检验样品"))
    rows = _Unqualified(fails, group == GROUPS.index("MICRO"), batches.fixed_result >= 0)
    objection = np.where(is_known, _objections(generator, rows, reported > world.as_of - _OPEN_DAYS), -1)
    verdicts = _VERDICTS[conclusion, objection]
    return Results(
        fails=fails & is_known,
        problem=problem & is_known,
        group=np.where(fails | problem, group, -1).astype(np.int32),
        received=np.where(received > world.as_of, -1, received).astype(np.int32),
        reported=np.where(is_known, reported, -1).astype(np.int32),
        conclusion=conclusion.astype(np.int32),
        objection=objection.astype(np.int32),
        supervision=verdicts[:, 0],
        monitoring=verdicts[:, 1],
        state=verdicts[:, 2],
    )


def _report_days(
    generator: np.random.Generator, batches: Batches, adverse: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Day the laboratory has the sample, and day of the report (known or not)."""
    mean = np.where(adverse, LAG_MEAN_FAILING, LAG_MEAN_PASSING)
    lag = np.maximum(generator.gamma(LAG_SHAPE, mean / LAG_SHAPE).round(), 3).astype(np.int32)
    reported = batches.sampled + np.where(batches.fixed_result >= 0, _FIXED_LAG, lag)
    received = batches.sampled + 1 + (generator.random(len(batches)) * 4).astype(np.int32)
    return np.minimum(received, reported), reported


def _conclusions(purpose: np.ndarray, fails: np.ndarray, problem: np.ndarray) -> np.ndarray:
    names = (
        ("纯抽检合格样品", "纯抽检不合格样品") * 2,
        (
            "抽检合格样品并监测不判定样品",
            "抽检不合格样品并监测不判定样品",
            "抽检合格样品并监测问题样品",
            "抽检不合格样品并监测问题样品",
        ),
        ("纯监测不判定合格样品", "纯监测不判定合格样品", "纯监测问题样品", "纯监测问题样品"),
        ("纯抽检合格样品", "纯抽检不合格样品") * 2,
    )
    table = np.array([[CONCLUSION_NAMES.index(name) for name in row] for row in names])
    return table[purpose, fails + 2 * problem]


@dataclass(frozen=True)
class _Unqualified:
    """Which batches are unqualified, which of all are microbial, and which have a fixed result."""

    fails: np.ndarray
    is_microbial: np.ndarray
    is_fixed: np.ndarray


def _objections(generator: np.random.Generator, rows: _Unqualified, is_recent: np.ndarray) -> np.ndarray:
    """Objection status of unqualified results (index, -1 otherwise); microbial results have no re-inspection."""
    count = len(rows.fails)
    status = np.full(count, -1)
    for shares, chosen in ((_SETTLED, rows.fails & ~is_recent), (_OPEN, rows.fails & is_recent)):
        names = (*shares, _NONE)
        weights = np.array([*shares.values(), 1 - sum(shares.values())])
        indexes = np.array([OBJECTION_STATUSES.index(name) for name in names])
        status = np.where(chosen, indexes[pick(generator, weights, count)], status)
    none = OBJECTION_STATUSES.index(_NONE)
    retests = [OBJECTION_STATUSES.index(name) for name in ("复检中", "复检合格", "复检不合格")]
    status = np.where(np.isin(status, retests) & rows.is_microbial, none, status)
    return np.where(rows.fails & rows.is_fixed, none, status)


def _verdict_table() -> np.ndarray:
    """Verdict indexes by conclusion and objection status; the last row and column stand for missing."""
    table = np.full((len(CONCLUSION_NAMES) + 1, len(OBJECTION_STATUSES) + 1, 3), -1, dtype=np.int32)
    for row, conclusion in enumerate((*CONCLUSION_NAMES, None)):
        for column, status in enumerate((*OBJECTION_STATUSES, None)):
            verdict = derive(conclusion, status)
            if verdict.supervision:
                table[row, column, 0] = SUPERVISION.index(verdict.supervision)
            if verdict.monitoring:
                table[row, column, 1] = MONITORING.index(verdict.monitoring)
            table[row, column, 2] = STATES.index(verdict.state)
    return table


_VERDICTS: Final = _verdict_table()
