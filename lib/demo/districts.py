"""Where samples are taken: counties, their weights and their mix of product blocks.

Counties differ in how much they sample and in what, not in how often the same thing fails: the only county with
a rate of its own is the one of the step change (``calibration.STEP_COUNTY``).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Connection, Row, select

from lib.data.tables.reference import reporting_unit
from lib.demo.calibration import BLOCK_SHARE
from lib.demo.product_mix import fit_margins
from lib.demo.scale import CITY, Scale
from lib.demo.streams import stream

#: Sampling weight of the two development zones of the city, in residents-equivalent (assumed; the second
#: is the district with too few batches to judge).
ZONE_WEIGHT = {"341272": 140_000, "341271": 4_500}
#: Mean weight of a county without published population.
COUNTY_WEIGHT = 430_000
#: Leaning of some counties towards blocks (assumed): tableware, catering, fresh, processed.
LEANING = {
    "341202": (1.7, 1.5, 0.95, 0.90),
    "341203": (0.8, 0.9, 1.15, 0.90),
    "341221": (0.9, 0.9, 1.15, 0.90),
    "341226": (1.0, 1.0, 1.05, 0.95),
    "341282": (0.5, 0.6, 0.70, 1.40),
    "341272": (0.6, 1.2, 0.40, 1.60),
    "341271": (0.5, 1.0, 0.40, 1.60),
}


@dataclass(frozen=True)
class Districts:
    """Every county-level unit; ``weight`` is 0 where the scale takes no samples.

    ``parent``: code of the unit above; ``block_edges``: (unit, block) cumulative shares.
    """

    codes: tuple[str, ...]
    names: tuple[str, ...]
    parent: tuple[str, ...]
    weight: np.ndarray
    block_edges: np.ndarray
    index: dict[str, int]

    def parents(self) -> np.ndarray:
        """Number of the parent of each unit, in order of parent codes."""
        numbers = {code: number for number, code in enumerate(sorted(set(self.parent)))}
        return np.array([numbers[code] for code in self.parent], dtype=np.int32)


def load_districts(connection: Connection, scale: Scale, seed: int) -> Districts:
    """Read the reporting units and weigh them for ``scale``."""
    units = connection.execute(select(reporting_unit).where(reporting_unit.c.level <= 3)).all()
    by_code = {unit.code: unit for unit in units}
    with_children = {unit.parent_code for unit in units}
    leaves = sorted((unit for unit in units if unit.code not in with_children), key=lambda unit: unit.code)
    weight = np.zeros(len(leaves))
    for index, unit in enumerate(leaves):
        if _is_under(unit.code, scale.roots, by_code):
            weight[index] = _weight(unit, seed)
    codes = tuple(unit.code for unit in leaves)
    return Districts(
        codes=codes,
        names=tuple(unit.name for unit in leaves),
        parent=tuple(unit.parent_code or unit.code for unit in leaves),
        weight=weight / weight.sum(),
        block_edges=np.cumsum(_blocks(codes, weight), axis=1),
        index={code: index for index, code in enumerate(codes)},
    )


def _is_under(code: str, roots: tuple[str, ...], by_code: dict[str, Row[Any]]) -> bool:
    current: str | None = code
    while current is not None:
        if current in roots:
            return True
        current = by_code[current].parent_code
    return False


def _weight(unit: Row[Any], seed: int) -> float:
    if unit.code in ZONE_WEIGHT:
        return float(ZONE_WEIGHT[unit.code])
    if unit.population:
        return float(unit.population)
    return float(COUNTY_WEIGHT * stream(seed, "county weight", unit.code).lognormal(-0.08, 0.4))


def _blocks(codes: tuple[str, ...], weight: np.ndarray) -> np.ndarray:
    """Block shares by county: leaning counties, with the published mix over all of them."""
    leaning = np.array([LEANING.get(code, (1.0, 1.0, 1.0, 1.0)) for code in codes])
    shares = np.tile(np.array(BLOCK_SHARE), (len(codes), 1)) * leaning
    sampled = weight > 0
    shares[sampled] = fit_margins(shares[sampled], weight[sampled], np.array(BLOCK_SHARE))
    return shares / shares.sum(axis=1, keepdims=True)


def city_units(districts: Districts) -> np.ndarray:
    """Which units belong to the city of the story."""
    return np.array([parent == CITY for parent in districts.parent])
