"""Stages and sampling places, and how the product blocks spread over them (assumed; names from sampling_places.csv)."""

from typing import Final

import numpy as np

STAGES: Final = ("生产", "流通", "餐饮")
PRODUCTION, DISTRIBUTION, CATERING_STAGE = range(3)

#: Share of each block over the stages: tableware, catering, fresh, processed.
STAGE_EDGES: Final = np.cumsum(
    np.array([(0.0, 0.0, 1.0), (0.0, 0.0, 1.0), (0.0, 0.86, 0.14), (0.26, 0.66, 0.08)]), axis=1
)

#: Groups of sampled businesses, the label in their made-up names, and their places with weights.
FRESH_SHOPS, FOOD_SHOPS, CATERERS = range(3)
BUSINESS_PLACES: Final[tuple[dict[str, tuple[str, float]], ...]] = (
    {
        "农贸市场": ("农贸摊位", 0.44),
        "菜市场": ("菜市摊位", 0.14),
        "批发市场": ("批发摊位", 0.12),
        "超市": ("生鲜超市", 0.24),
        "小食杂店": ("果蔬店", 0.05),
        "网购": ("网上生鲜店", 0.01),
    },
    {
        "超市": ("超市", 0.50),
        "小食杂店": ("食杂店", 0.26),
        "网购": ("网店", 0.08),
        "商场": ("商场", 0.06),
        "批发市场": ("批发部", 0.06),
        "其他": ("副食店", 0.04),
    },
    {
        "小型餐馆": ("小餐馆", 0.28),
        "中型餐馆": ("餐馆", 0.18),
        "学校/托幼食堂": ("学校食堂", 0.17),
        "小吃店": ("小吃店", 0.12),
        "大型餐馆": ("酒楼", 0.07),
        "快餐店": ("快餐店", 0.07),
        "企事业单位食堂": ("单位食堂", 0.04),
        "饮品店": ("饮品店", 0.03),
        "机关食堂": ("机关食堂", 0.02),
        "集体用餐配送单位": ("配餐公司", 0.01),
        "中央厨房": ("中央厨房", 0.01),
    },
)

#: Places at a producer by material: finished product first.
MATERIALS: Final = ("成品", "半成品", "原料")
MATERIAL_SHARE: Final = (0.96, 0.015, 0.025)
PRODUCTION_PLACES: Final = ("成品库（已检区）", "成品库（待检区）", "生产线", "其他")
PRODUCTION_PLACE_SHARE: Final = (0.80, 0.10, 0.08, 0.02)
MATERIAL_PLACES: Final = {"半成品": "半成品库", "原料": "原辅料库"}

#: Every place that occurs, in the order of the index arrays.
PLACES: Final = tuple(
    sorted(
        {place for group in BUSINESS_PLACES for place in group}
        | set(PRODUCTION_PLACES)
        | set(MATERIAL_PLACES.values())
    )
)
PLACE_INDEX: Final = {place: index for index, place in enumerate(PLACES)}
ONLINE: Final = PLACE_INDEX["网购"]
