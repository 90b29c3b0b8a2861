"""Which item groups and test items suit which product cell, and how a failing result reads.

Item names are those of ``data/reference/test_items.csv``; which food they are found in follows that list's
examples where it has one and is an assumption elsewhere.
"""

from typing import Final

import numpy as np

from lib.demo.calibration import GROUPS
from lib.demo.foods import CATERING, CELLS, FRESH, PROCESSED, TABLEWARE

#: Weight of each class of fresh produce within an item group (assumed).
FRESH_BY_GROUP: Final[dict[str, dict[str, float]]] = {
    "PEST": {"33b": 0.8, "33d": 0.2},
    "VET": {"33a": 0.25, "33c": 0.55, "33e": 0.2},
    "METAL": {"33b": 0.6, "33c": 0.4},
    "ORG": {"33b": 1.0},
    "TOXIN": {"33f": 0.4, "33g": 0.6},
}

#: Processed food an item group can occur in (codes); additives can occur in all of them.
PROCESSED_BY_GROUP: Final[dict[str, str]] = {
    "QUAL": "02 03 06 07 11 12 15 18 21 24 26 27 28 34",
    "MICRO": "03 04 05 06 07 08 10 11 12 13 14 16 17 18 19 22 24 25 26 27 28 34",
    "METAL": "01 04 14 16 22 27 28 32",
    "TOXIN": "01 02 18",
    "ORG": "02 04 22",
}
NEVER_FAILING: Final = ("29", "30")

_SWEET = "苯甲酸及其钠盐、山梨酸及其钾盐、脱氢乙酸及其钠盐、糖精钠、甜蜜素"
#: Items by item group; a key with a code after the colon is for that code only.
ITEMS: Final[dict[str, str]] = {
    "PEST": "噻虫胺、噻虫嗪、腐霉利、氧乐果、毒死蜱、倍硫磷、啶虫脒、咪鲜胺和咪鲜胺锰盐",
    "PEST:33d": "苯醚甲环唑、联苯菊酯、毒死蜱、咪鲜胺和咪鲜胺锰盐",
    "MICRO": "菌落总数、大肠菌群、霉菌",
    "MICRO:31": "大肠菌群",
    "MICRO:04": "菌落总数、大肠菌群、单核细胞增生李斯特氏菌",
    "MICRO:06": "菌落总数、大肠菌群",
    "ADD": _SWEET,
    "ADD:31": "铝的残留量、甜蜜素、脱氢乙酸及其钠盐",
    "ADD:04": "山梨酸及其钾盐、苯甲酸及其钠盐、胭脂红",
    "ADD:06": "苯甲酸及其钠盐、甜蜜素、柠檬黄",
    "ADD:15": "甜蜜素、糖精钠",
    "ADD:16": _SWEET + "、二氧化硫残留量",
    "ADD:17": "二氧化硫残留量、甜蜜素、糖精钠、胭脂红、柠檬黄",
    "ADD:18": "二氧化硫残留量、糖精钠、甜蜜素",
    "ADD:23": "铝的残留量、脱氢乙酸及其钠盐",
    "ADD:25": "苯甲酸及其钠盐、脱氢乙酸及其钠盐、铝的残留量",
    "ORG": "苯并[a]芘",
    "ORG:31": "阴离子合成洗涤剂（以十二烷基苯磺酸钠计）",
    "ORG:33b": "6-苄基腺嘌呤(6-BA)",
    "VET": "恩诺沙星、氯霉素、五氯酚酸钠",
    "VET:33e": "恩诺沙星",
    "METAL": "镉(以Cd计)、铅(以Pb计)",
    "METAL:33c": "镉(以Cd计)",
    "QUAL": "过氧化值、酸价",
    "QUAL:03": "氨基酸态氮",
    "QUAL:15": "酒精度",
    "QUAL:21": "蔗糖分、还原糖分、色值",
    "TOXIN": "黄曲霉毒素B1、赭曲霉毒素A",
    "TOXIN:01": "脱氧雪腐镰刀菌烯醇、玉米赤霉烯酮、赭曲霉毒素A",
    "ILLEGAL": "苏丹红Ⅰ-Ⅳ、酸性橙Ⅱ",
}

#: Items whose rule is "must not be found": the result reads 检出, without a quantity.
_FORBIDDEN = (
    "大肠菌群、阴离子合成洗涤剂（以十二烷基苯磺酸钠计）、氯霉素、五氯酚酸钠、苏丹红Ⅰ-Ⅳ、酸性橙Ⅱ、"
    "单核细胞增生李斯特氏菌、6-苄基腺嘌呤(6-BA)"
)
NOT_TO_BE_FOUND: Final = frozenset(_FORBIDDEN.split("、"))

ITEM_NAMES: Final = tuple(sorted({name for names in ITEMS.values() for name in names.split("、")}))
_ITEM_INDEX = {name: index for index, name in enumerate(ITEM_NAMES)}


def item_choices() -> tuple[np.ndarray, np.ndarray]:
    """Return (items, counts): items[cell, group, k] is the k-th item suited, counts[cell, group] how many there are."""
    items = np.zeros((len(CELLS), len(GROUPS), 8), dtype=np.int32)
    counts = np.zeros((len(CELLS), len(GROUPS)), dtype=np.int32)
    for row, cell in enumerate(CELLS):
        for column, group in enumerate(GROUPS):
            code = cell.code_2025 if cell.block == FRESH else cell.code
            names = ITEMS.get(f"{group}:{code}", ITEMS[group]).split("、")
            items[row, column, : len(names)] = [_ITEM_INDEX[name] for name in names]
            counts[row, column] = len(names)
    return items, counts


def suitability() -> np.ndarray:
    """Return prior weights (cell, group): 0 where the group cannot occur in the cell."""
    weights = np.zeros((len(CELLS), len(GROUPS)))
    for row, cell in enumerate(CELLS):
        for column, group in enumerate(GROUPS):
            weights[row, column] = _prior(cell.block, cell.code, cell.code_2025, group)
    return weights


def _prior(block: int, code: str, code_2025: str, group: str) -> float:
    if block in (TABLEWARE, CATERING):
        return 1.0
    if block == FRESH:
        return FRESH_BY_GROUP.get(group, {}).get(code_2025, 0.0)
    assert block == PROCESSED
    if code in NEVER_FAILING:
        return 0.0
    return 1.0 if group == "ADD" or code in PROCESSED_BY_GROUP.get(group, "").split() else 0.0
