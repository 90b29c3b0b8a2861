"""The sentences below a comparison of districts."""

from typing import Final

import pandas as pd

from lib.metrics.analyses.judgement import HIDING, OVERDISPERSED, SMALL, hidden_names, names_of
from lib.metrics.format import decimal_text, rate_text

#: A district holding more than this share of all tests pulls the expected values towards itself.
_DOMINANT: Final = 0.3


def notes_on_districts(
    points: pd.DataFrame, unknown: int, crude_phi: float, adjusted_phi: float
) -> list[str]:
    """How many were compared, what chance would mark, who was not judged, who weighs most."""
    compared = points[~points["small"]]
    if len(compared) < 2:
        return ["可比较的地区不足两个，不作地区比较。"]
    count = len(compared)
    notes = [
        f"共比较{count}个地区；即使没有差别，仅凭偶然预计约{decimal_text(count * 0.05, 1)}个越出95%界限、"
        f"{decimal_text(count * 0.002, 2)}个越出99.8%界限。"
    ]
    notes += _notes_on_spread(crude_phi, adjusted_phi)
    small = points.loc[points["small"], "name"]
    if len(small):
        notes.append(f"{names_of(small)}样品不足{SMALL}批次，空心显示，不作判断、不排序。")
    share = compared["denominator"] / points["denominator"].sum()
    if (share > _DOMINANT).any():
        notes.append(
            f"{names_of(compared.loc[share > _DOMINANT, 'name'])}占全部样品三成以上，预期值受其自身影响。"
        )
    if unknown:
        notes.append(f"另有{unknown:,}批次所在地区未知，计入参照，不单列。")
    return notes


def _notes_on_spread(crude_phi: float, adjusted_phi: float) -> list[str]:
    return [
        f"{name}的离散系数φ={decimal_text(phi, 1)}，大于{OVERDISPERSED:.0f}：地区间差别有未列入的原因，"
        "界限已按过度离散放宽。"
        for name, phi in (("原始不合格率", crude_phi), ("实际与预期之比", adjusted_phi))
        if phi > OVERDISPERSED
    ]


def notes_on_hidden(crude: pd.DataFrame, adjusted: pd.DataFrame) -> list[str]:
    """Whom widened limits hide though the exact 99.8 % tail marks them."""
    return [
        f"{name}：只按偶然波动，{names}另以“仅按偶然波动”标记；{HIDING}"
        for name, frame in (("原始不合格率", crude), ("实际与预期之比", adjusted))
        if (names := hidden_names(frame))
    ]


def notes_on_mix(turned: pd.DataFrame, baseline: float) -> list[str]:
    """Whom the mix turns round."""
    if turned.empty:
        return []
    return [
        f"{names_of(turned['name'])}的原始比率与合计（{rate_text(baseline)}）相比的方向，"
        "在考虑品类与环节构成后反转，宜看调整后的结果。"
    ]
