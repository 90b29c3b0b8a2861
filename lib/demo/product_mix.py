"""How batches, failures and item groups spread over the product cells, by year.

Everything here is arithmetic on ``calibration`` and on the category table of the second half of 2019; no randomness.
"""

import csv
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from lib.data.settings import PROJECT_FOLDER
from lib.demo.calibration import (
    BLOCK_GROUP,
    BLOCK_RATE,
    BLOCKS,
    GROUPS,
    STAPLE_RATE,
    YEARS,
)
from lib.demo.foods import CATERING, CELLS, FRESH, PROCESSED, TABLEWARE
from lib.demo.suited_items import suitability

#: Batch share of each class of fresh produce (assumed: no published split before 2025).
FRESH_SHARE = {"33a": 0.22, "33b": 0.40, "33c": 0.10, "33d": 0.18, "33e": 0.06, "33f": 0.02, "33g": 0.02}
#: Rate of 蔬菜制品 against its rate of 2019, which fell less than other processed food (notice 2024 no. 13).
VEGETABLE_PRODUCTS_FACTOR = 1.25


@dataclass(frozen=True)
class ProductMix:
    """Arrays by year index (``YEARS``), cell and group.

    ``share``: (year, cell) share of batches within the cell's block. ``rate``: (year, cell) probability that a batch
    is unqualified, over all kinds of sampling and quarters. ``group_edges``: (year, cell, group) cumulative.
    """

    share: np.ndarray
    rate: np.ndarray
    group_edges: np.ndarray


@lru_cache(maxsize=1)
def product_mix() -> ProductMix:
    """The mix of every year."""
    share = np.stack([_share_of_year(year) for year in YEARS])
    rate = np.zeros_like(share)
    group = np.zeros((len(YEARS), len(CELLS), len(GROUPS)))
    for index, year in enumerate(YEARS):
        rate[index], group[index] = _year(index, year, share[index])
    return ProductMix(share, rate, np.cumsum(group, axis=2))


def categories_of_2019() -> dict[str, tuple[int, int]]:
    """Batches and unqualified batches by category in the second half of 2019 (notice of 2020-01-22)."""
    path = PROJECT_FOLDER / "data" / "reference" / "food_categories.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return {
            row["code"]: (int(row["h2_2019_batches"]), int(row["h2_2019_unqualified"]))
            for row in csv.DictReader(file)
            if row["h2_2019_batches"]
        }


def _blocks() -> np.ndarray:
    return np.array([cell.block for cell in CELLS])


def _share_of_year(year: int) -> np.ndarray:
    published = categories_of_2019()
    weight = np.ones(len(CELLS))
    for index, cell in enumerate(CELLS):
        if cell.block == FRESH:
            weight[index] = FRESH_SHARE[cell.code_2025]
        elif cell.block == PROCESSED:
            weight[index] = published[cell.code][0] if year < 2025 or cell.code_2025 else 0
    blocks = _blocks()
    totals = np.bincount(blocks, weights=weight, minlength=len(BLOCKS))
    return weight / totals[blocks]


def _year(index: int, year: int, share: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rate by cell and share of failures by (cell, group) in one year."""
    groups = BLOCK_GROUP[min(max(year, 2021), 2024)]
    prior = suitability()
    rate = np.zeros(len(CELLS))
    table = np.zeros((len(CELLS), len(GROUPS)))
    for block, block_rate in enumerate(np.array(BLOCK_RATE[year]) / 100):
        cells = np.flatnonzero(_blocks() == block)
        wanted = np.array([groups[block].get(name, 0.0) for name in GROUPS])
        if block in (TABLEWARE, CATERING):
            rate[cells], table[cells] = block_rate, wanted
        elif block == FRESH:
            parts = prior[cells] * wanted
            failures = parts.sum(axis=1) / parts.sum()
            rate[cells], table[cells] = block_rate * failures / share[cells], parts
        else:
            rate[cells] = _processed_rate(index, block_rate, share[cells])
            table[cells] = fit_margins(prior[cells], rate[cells] * share[cells], wanted)
    totals = table.sum(axis=1, keepdims=True)
    return rate, np.divide(table, totals, out=np.full_like(table, 1 / len(GROUPS)), where=totals > 0)


def _processed_rate(index: int, block_rate: float, share: np.ndarray) -> np.ndarray:
    """Staples as published for the year; the others keep their order of 2019, scaled to the rate of the block."""
    published = categories_of_2019()
    codes = [cell.code for cell in CELLS if cell.block == PROCESSED]
    staple = np.array([STAPLE_RATE[code][index] / 100 if code in STAPLE_RATE else 0.0 for code in codes])
    other = np.array(
        [0.0 if code in STAPLE_RATE or code == "30" else _rate_2019(published[code]) for code in codes]
    )
    other[codes.index("16")] *= VEGETABLE_PRODUCTS_FACTOR
    scale = (block_rate - (staple * share).sum()) / (other * share).sum()
    return staple + other * scale


def _rate_2019(counts: tuple[int, int]) -> float:
    return counts[1] / counts[0]


def fit_margins(prior: np.ndarray, row_totals: np.ndarray, column_totals: np.ndarray) -> np.ndarray:
    """Scale ``prior`` (rows, columns) by iterative proportional fitting; rows are met exactly.

    Deming and Stephan 1940. Margins are used as shares; zeros of the prior stay zero.
    """
    table = prior.copy()
    rows = row_totals / row_totals.sum()
    columns = column_totals / column_totals.sum()
    for _ in range(200):
        table *= _ratio(columns, table.sum(axis=0))[None, :]
        table *= _ratio(rows, table.sum(axis=1))[:, None]
    return table


def _ratio(wanted: np.ndarray, have: np.ndarray) -> np.ndarray:
    return np.divide(wanted, have, out=np.zeros_like(wanted), where=have > 0)
