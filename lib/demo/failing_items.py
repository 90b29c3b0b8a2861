"""Failing and problem items of batches: one to three each, suited to the product."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from lib.demo.batches import Batches
from lib.demo.results import Results
from lib.demo.streams import pick
from lib.demo.suited_items import item_choices

VERDICTS: Final = ("unqualified", "problem")
#: Share of unqualified batches with one, two and three failing items (assumed).
ITEMS_SHARE: Final = (0.87, 0.11, 0.02)


@dataclass
class FailingItems:
    """One entry per failing item; ``item`` numbers ``suited_items.ITEM_NAMES``, ``multiple`` is result ÷ limit."""

    row: np.ndarray
    item: np.ndarray
    group: np.ndarray
    verdict: np.ndarray
    multiple: np.ndarray


def draw_items(generator: np.random.Generator, batches: Batches, results: Results) -> FailingItems:
    """Items of unqualified batches, then of problem samples (a sample that is both has another item for each)."""
    items, counts = item_choices()
    start = generator.random(len(batches))
    extra = pick(generator, np.array(ITEMS_SHARE), len(batches))
    parts = []
    for verdict, rows in enumerate((np.flatnonzero(results.fails), np.flatnonzero(results.problem))):
        cell, group = batches.cell[rows], results.group[rows]
        available = counts[cell, group]
        is_both = results.fails[rows] & results.problem[rows] & (available > 1)
        first = (start[rows] * available).astype(int) + np.where(verdict == 1, is_both * (available - 1), 0)
        room = np.minimum(available - is_both, 1 + extra[rows]) if verdict == 0 else np.ones(len(rows))
        for number in range(len(ITEMS_SHARE)):
            has = room > number
            chosen = items[cell, group, (first + number) % available]
            parts.append(
                np.stack([rows, chosen, group, np.full(len(rows), verdict)])[:, has].astype(np.int32)
            )
    table = np.concatenate(parts, axis=1)
    table = table[:, np.lexsort((table[1], table[3], table[0]))]
    multiple = np.round(1.05 + generator.exponential(0.9, table.shape[1]), 2)
    return FailingItems(table[0], table[1], table[2], table[3], multiple)
