"""The batches of one month as index arrays: who is sampled where, why, and of what. No results yet."""

from dataclasses import dataclass, fields

import numpy as np

from lib.demo.calibration import KIND_SHARE, KINDS, PURPOSE_SHARE, TIER_SHARE, YEARS
from lib.demo.districts import Districts
from lib.demo.enterprises import FAR_CELLS, Pools
from lib.demo.foods import CELLS, FRESH, PROCESSED
from lib.demo.places import (
    CATERERS,
    CATERING_STAGE,
    DISTRIBUTION,
    FOOD_SHOPS,
    FRESH_SHOPS,
    MATERIAL_PLACES,
    MATERIAL_SHARE,
    MATERIALS,
    PLACE_INDEX,
    PRODUCTION,
    PRODUCTION_PLACE_SHARE,
    PRODUCTION_PLACES,
    STAGE_EDGES,
)
from lib.demo.streams import pick, pick_by_row
from lib.demo.volume import Month
from lib.demo.world import World

LABORATORIES = 12
#: Share of packaged batches found in shops that were made in the city they were found in (assumed; with the
#: batches sampled at producers about 60 % of packaged food is local).
MADE_IN_CITY_SHARE = 0.46


@dataclass
class Batches:
    """One array per attribute; -1 stands for missing. Days are day numbers since 1970-01-01."""

    sampled: np.ndarray
    unit: np.ndarray
    cell: np.ndarray
    food: np.ndarray
    stage: np.ndarray
    place: np.ndarray
    material: np.ndarray
    purpose: np.ndarray
    tier: np.ndarray
    kind: np.ndarray
    campaign: np.ndarray
    sampled_unit: np.ndarray
    producer: np.ndarray
    laboratory: np.ndarray
    #: Fixed results of rows that tell a published story: 0 passes, 1 unqualified, 2 problem, 3 both; -1 drawn.
    fixed_result: np.ndarray

    def __len__(self) -> int:
        return len(self.sampled)

    def in_order(self) -> "Batches":
        """The same batches by day of sampling."""
        order = np.argsort(self.sampled, kind="stable")
        return Batches(**{item.name: getattr(self, item.name)[order] for item in fields(self)})


def joined(first: Batches, *others: Batches) -> Batches:
    """All batches together, ordered by day."""
    parts = (first, *others)
    return Batches(
        **{
            item.name: np.concatenate([getattr(part, item.name) for part in parts]).astype(np.int32)
            for item in fields(Batches)
        }
    ).in_order()


def fixed_batches(count: int, **values: np.ndarray | int) -> Batches:
    """``count`` batches with given attributes; those not named are missing."""
    arrays = {item.name: np.full(count, -1, dtype=np.int32) for item in fields(Batches)}
    for name, value in values.items():
        arrays[name][:] = value
    return Batches(**arrays)


def draw_batches(generator: np.random.Generator, month: Month, world: World) -> Batches:
    """Draw the random batches of a month."""
    count = month.batches
    day = month.days[pick(generator, month.weights(), count)]
    unit = pick(generator, world.districts.weight, count)
    block = pick_by_row(generator, world.districts.block_edges, unit)
    cell = _cells(generator, world.mix.share[YEARS.index(month.year)], block)
    stage = pick_by_row(generator, STAGE_EDGES, block)
    stage[_is_far(cell) & (stage == PRODUCTION)] = DISTRIBUTION
    producer = _producers(generator, unit, cell, stage, world)
    sampled_unit, place = _sampled_units(generator, unit, block, stage, world.pools)
    sampled_unit = np.where(stage == PRODUCTION, producer, sampled_unit)
    material = _materials(generator, block, stage, place)
    purpose = pick(generator, np.array(PURPOSE_SHARE), count)
    return Batches(
        sampled=day.astype(np.int32),
        unit=unit,
        cell=cell,
        food=_foods(generator, cell),
        stage=stage,
        place=place,
        material=material,
        purpose=purpose,
        tier=pick(generator, np.array(TIER_SHARE), count),
        kind=_kinds(generator, purpose),
        campaign=np.full(count, -1, dtype=np.int32),
        sampled_unit=sampled_unit,
        producer=producer,
        laboratory=generator.integers(LABORATORIES, size=count).astype(np.int32),
        fixed_result=np.full(count, -1, dtype=np.int32),
    ).in_order()


def _cells(generator: np.random.Generator, share: np.ndarray, block: np.ndarray) -> np.ndarray:
    of_block = np.array([cell.block for cell in CELLS])
    edges = np.cumsum(np.where(of_block[None, :] == np.arange(4)[:, None], share, 0.0), axis=1)
    return pick_by_row(generator, edges, block)


def _is_far(cell: np.ndarray) -> np.ndarray:
    codes = np.array([item.code in FAR_CELLS for item in CELLS])
    return codes[cell]


def _foods(generator: np.random.Generator, cell: np.ndarray) -> np.ndarray:
    counts = np.array([len(item.foods) for item in CELLS])[cell]
    return (generator.random(len(cell)) * counts).astype(np.int32)


def _kinds(generator: np.random.Generator, purpose: np.ndarray) -> np.ndarray:
    """Kind of sampling; evaluation sampling is random by design, hence always routine."""
    kind = pick(generator, np.array(KIND_SHARE), len(purpose))
    kind[purpose == 3] = KINDS.index("常规")
    return kind


def _producers(
    generator: np.random.Generator,
    unit: np.ndarray,
    cell: np.ndarray,
    stage: np.ndarray,
    world: World,
) -> np.ndarray:
    """Producer numbers: processed food only; at the producer, in the same city, or elsewhere."""
    count, pools = len(unit), world.pools
    is_local = (stage == PRODUCTION) | (generator.random(count) < MADE_IN_CITY_SHARE)
    is_local &= ~_is_far(cell)
    home = np.where(stage == PRODUCTION, unit, _units_of_same_city(generator, unit, world.districts))
    skew = generator.random(count) ** 1.3
    local = pools.producer_start[home, cell] + (skew * pools.producer_count[home, cell]).astype(np.int32)
    outside = pools.outside_start[cell] + (skew * pools.outside_count[cell]).astype(np.int32)
    is_processed = np.array([item.block == PROCESSED for item in CELLS])[cell]
    return np.where(is_processed, np.where(is_local, local, outside), -1).astype(np.int32)


def _units_of_same_city(generator: np.random.Generator, unit: np.ndarray, districts: Districts) -> np.ndarray:
    """Another county of the same city, by weight (the counties of a city lie side by side in one cumulative sum)."""
    parents = districts.parents()
    order = np.argsort(parents, kind="stable")
    edges = np.cumsum(districts.weight[order])
    upper = edges[np.searchsorted(parents[order], parents[unit], side="right") - 1]
    first = np.searchsorted(parents[order], parents[unit], side="left")
    lower = np.where(first > 0, edges[first - 1], 0.0)
    drawn = lower + generator.random(len(unit)) * (upper - lower)
    return order[np.minimum(np.searchsorted(edges, drawn, side="right"), len(order) - 1)]


def _sampled_units(
    generator: np.random.Generator,
    unit: np.ndarray,
    block: np.ndarray,
    stage: np.ndarray,
    pools: Pools,
) -> tuple[np.ndarray, np.ndarray]:
    """Shop or caterer and its place; for batches sampled at a producer only the place counts."""
    shop = np.where(block == FRESH, FRESH_SHOPS, FOOD_SHOPS)
    group = np.where(stage == CATERING_STAGE, CATERERS, shop)
    skew = generator.random(len(unit)) ** 1.4
    number = pools.business_start[unit, group] + (skew * pools.business_count[unit, group]).astype(np.int32)
    places = pools.place[number]
    inside = np.array([PLACE_INDEX[name] for name in PRODUCTION_PLACES], dtype=np.int32)
    at_producer = inside[pick(generator, np.array(PRODUCTION_PLACE_SHARE), len(unit))]
    return number.astype(np.int32), np.where(stage == PRODUCTION, at_producer, places).astype(np.int32)


def _materials(
    generator: np.random.Generator, block: np.ndarray, stage: np.ndarray, place: np.ndarray
) -> np.ndarray:
    """Finished, semi-finished or raw (packaged food only); moves the place of what is not finished in ``place``."""
    material = np.where(stage == PRODUCTION, pick(generator, np.array(MATERIAL_SHARE), len(block)), 0)
    material = np.where(block == PROCESSED, material, -1)
    for name, store in MATERIAL_PLACES.items():
        place[material == MATERIALS.index(name)] = PLACE_INDEX[store]
    return material.astype(np.int32)
