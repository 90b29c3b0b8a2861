"""Index arrays become Arrow tables with the column names of the records tables."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lib.data.verdicts import OBJECTION_STATUSES
from lib.demo.batches import LABORATORIES, Batches
from lib.demo.calibration import GROUPS, KINDS, PURPOSES, TIERS
from lib.demo.campaigns import Campaigns
from lib.demo.disposal import CAUSES, SIDES, STATUSES, Disposals
from lib.demo.failing_items import VERDICTS, FailingItems
from lib.demo.foods import CATERING, CELLS, FRESH, PROCESSED
from lib.demo.places import MATERIALS, ONLINE, PLACES, STAGES
from lib.demo.results import CONCLUSION_NAMES, MONITORING, STATES, SUPERVISION, Results
from lib.demo.scale import SOURCE
from lib.demo.suited_items import ITEM_NAMES, NOT_TO_BE_FOUND
from lib.demo.volume import Month
from lib.demo.world import World

_FIRST_2025 = 20089  # day number of 2025-01-01, when fresh produce became seven categories


def take(values: Sequence[str | None] | pa.Array, indexes: np.ndarray) -> pa.Array:
    """Values by index; -1 gives a missing value."""
    array = values if isinstance(values, pa.Array) else pa.array(values, pa.string())
    return array.take(pa.array(indexes, pa.int32(), mask=np.asarray(indexes) < 0))


def days(numbers: np.ndarray) -> pa.Array:
    """Dates from day numbers; -1 gives a missing value."""
    return pa.array(numbers.astype(np.int32), pa.int32(), mask=numbers < 0).cast(pa.date32())


def truth(values: np.ndarray) -> pa.Array:
    """Truth values from 0 and 1; -1 gives a missing value."""
    return pa.array(values > 0, pa.bool_(), mask=values < 0)


def sample_numbers(month: Month, count: int) -> pa.Array:
    """Sampling numbers of a month in order: DEMO, year, month and a serial of seven digits."""
    serials = pc.utf8_lpad(pa.array(np.arange(1, count + 1)).cast(pa.string()), 7, "0")
    return pc.binary_join_element_wise(f"DEMO{month.year}{month.month:02d}", serials, "")


def _constant(value: str, count: int) -> pa.Array:
    return take([value], np.zeros(count, dtype=np.int32))


class TableMaker:
    """Turns the arrays of one month into tables; holds the lookups that do not change."""

    def __init__(self, world: World, campaigns: Campaigns, version: int) -> None:
        districts, register = world.districts, world.pools.register
        self.campaigns = campaigns
        self.version = version
        self.has_details = world.scale.has_details
        self.codes = pa.array(districts.codes, pa.string())
        self.keys = pa.array(register.keys, pa.string())
        self.names = pa.array(register.names, pa.string())
        self.division = np.array(register.division, dtype=np.int32)
        self.provinces = pa.array(register.province, pa.string())
        foods = [(index, food) for index, cell in enumerate(CELLS) for food in cell.foods]
        self.food_start = np.array(
            [len([1 for cell, _ in foods if cell < index]) for index in range(len(CELLS))]
        )
        self.food_names = pa.array([food for _, (food, _) in foods], pa.string())
        self.food_classes = pa.array([second for _, (_, second) in foods], pa.string())

    def samples(self, batches: Batches, results: Results, numbers: pa.Array) -> pa.Table:
        """Rows of the records table ``sample``."""
        count = len(batches)
        columns = {
            "source": _constant(SOURCE, count),
            "sample_no": numbers,
            "listing": _constant("full", count),
            "version_from": pa.array(np.full(count, self.version, dtype=np.int32)),
        }
        columns |= self._where_and_what(batches) | self._who(batches) | self._results(results)
        if self.has_details:
            columns |= self._details(batches, results)
        return pa.table(columns)

    def _where_and_what(self, batches: Batches) -> dict[str, pa.Array]:
        is_2025 = batches.sampled >= _FIRST_2025
        food = self.food_start[batches.cell] + batches.food
        codes = [cell.code for cell in CELLS] + [cell.code_2025 or cell.code for cell in CELLS]
        return {
            "sampled_on": days(batches.sampled),
            "division_code": self.codes.take(pa.array(batches.unit)),
            "category_code": take(codes, batches.cell + len(CELLS) * is_2025),
            "subcategory_2": take(self.food_classes, food),
            "subcategory_4": take(self.food_names, food),
            "food_name": take(self.food_names, food),
            "stage": take(STAGES, batches.stage),
            "place": take(PLACES, batches.place),
            "is_online": pa.array(batches.place == ONLINE),
            "material": take(MATERIALS, batches.material),
            "purpose": take(PURPOSES, batches.purpose),
            "tier": take(TIERS, batches.tier),
            "sampling_kind": take(KINDS, batches.kind),
            "campaign_code": take(self.campaigns.codes, batches.campaign),
        }

    def _who(self, batches: Batches) -> dict[str, pa.Array]:
        producer = batches.producer
        made = np.where(producer >= 0, self.division[producer], -1)
        return {
            "sampled_unit_key": take(self.keys, batches.sampled_unit),
            "sampled_unit_name": take(self.names, batches.sampled_unit),
            "producer_key": take(self.keys, producer),
            "producer_name": take(self.names, producer),
            "producer_division_code": take(self.codes, made),
            "producer_division_text": take(self.provinces, producer),
        }

    def _results(self, results: Results) -> dict[str, pa.Array]:
        return {
            "received_on": days(results.received),
            "reported_on": days(results.reported),
            "conclusion": take(CONCLUSION_NAMES, results.conclusion),
            "objection_status": take(OBJECTION_STATUSES, results.objection),
            "supervision_verdict": take(SUPERVISION, results.supervision),
            "monitoring_verdict": take(MONITORING, results.monitoring),
            "result_state": take(STATES, results.state),
        }

    def _details(self, batches: Batches, results: Results) -> dict[str, pa.Array]:
        """Columns no figure uses; derived from the row so that they need no random numbers."""
        block = np.array([cell.block for cell in CELLS])[batches.cell]
        laboratories = [f"示例检验机构{number + 1:02d}（演示）" for number in range(LABORATORIES)]
        produced = batches.sampled - 10 - (batches.sampled * 7 + batches.food * 13 + batches.cell * 5) % 90
        produced = np.where(block == PROCESSED, produced, -1)
        kind = np.where(block == FRESH, 1, np.where(block == PROCESSED, 0, 2))
        return {
            "submitted_on": days(results.reported),
            "produced_on": days(produced),
            "batch_no": days(produced).cast(pa.string()),
            "sample_type": take(("工业加工食品", "食用农产品", "餐饮加工食品"), kind),
            "packaging": take(
                ("预包装", "散装", "无包装"),
                np.where(block == PROCESSED, 0, np.where(block == CATERING, 1, 2)),
            ),
            "area_type": take(("城市", "乡村"), (batches.sampled_unit % 3 == 0).astype(np.int32)),
            "laboratory": take(laboratories, batches.laboratory),
            "task_source": take([f"{tier}任务（演示）" for tier in TIERS], batches.tier),
            "tested_items": pa.array((4 + batches.cell % 9).astype(np.int32)),
        }

    def failing_items(self, items: FailingItems, numbers: pa.Array) -> pa.Table:
        """Rows of the records table ``failing_item``; a quantity reads as a multiple of the limit."""
        count = len(items.row)
        forbidden = np.array([name in NOT_TO_BE_FOUND for name in ITEM_NAMES])[items.item]
        multiples = [
            "检出" if found else f"{value:.2f}"
            for found, value in zip(forbidden, items.multiple, strict=True)
        ]
        return pa.table(
            {
                "source": _constant(SOURCE, count),
                "sample_no": numbers.take(pa.array(items.row)),
                "item_name": take(ITEM_NAMES, items.item),
                "verdict": take(VERDICTS, items.verdict),
                "group_code": take(GROUPS, items.group),
                "measured_value": pa.array(multiples, pa.string()),
                "measured_unit": take(["倍限量"], np.where(forbidden, -1, 0)),
                "limit_value": take(["不得检出", "1（倍限量）"], np.where(forbidden, 0, 1)),
                "standard": _constant("演示判定依据", count),
                "version_from": pa.array(np.full(count, self.version, dtype=np.int32)),
            }
        )

    def disposals(self, disposals: Disposals, numbers: pa.Array) -> pa.Table:
        """Rows of the records table ``disposal``."""
        count = len(disposals.row)
        dates = ("received", "delivered", "started", "controlled", "finished", "rechecked")
        weights = {"made_kilogram": "made", "stock_kilogram": "stock", "recalled_kilogram": "recalled"}
        return pa.table(
            {
                "source": _constant(SOURCE, count),
                "sample_no": numbers.take(pa.array(disposals.row)),
                "side": take(SIDES, disposals.side),
                "authority_code": take(self.codes, disposals.authority),
                "authority_text": take(self.provinces, disposals.company),
                **{f"{name}_on": days(getattr(disposals, name)) for name in dates},
                "paused_days": pa.array(disposals.paused_days.astype(np.int32)),
                "status": take(STATUSES, disposals.status),
                "cause": take(CAUSES, disposals.cause),
                "case_filed": truth(disposals.case_filed),
                **{
                    column: pa.array(getattr(disposals, name), pa.float64(), from_pandas=True)
                    for column, name in weights.items()
                },
                "recheck_passed": truth(disposals.recheck_passed),
                "version_from": pa.array(np.full(count, self.version, dtype=np.int32)),
            }
        )
