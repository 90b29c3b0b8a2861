"""What the demo is drawn from agrees with the published figures in data/reference (no random numbers here)."""

import csv
from pathlib import Path

import numpy as np
import pytest

from lib.demo.calibration import BLOCK_SHARE, BLOCKS, GROUPS, QUARTER_FACTOR, QUARTER_SHARE, YEARS
from lib.demo.foods import CELLS, FRESH, PROCESSED, TABLEWARE
from lib.demo.product_mix import fit_margins, product_mix
from lib.demo.suited_items import ITEM_NAMES

BLOCK_OF_CELL = np.array([cell.block for cell in CELLS])


@pytest.fixture(scope="session")
def published(project_folder: Path) -> dict[tuple[str, str, str, str], float]:
    """National published figures: (year, period, metric, dimension value) → value."""
    path = project_folder / "data" / "reference" / "published_figures.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return {
            (row["year"], row["period"], row["metric"], row["dimension_value"]): float(row["value"])
            for row in csv.DictReader(file)
            if row["scope"] == "national"
        }


def weights(year: int) -> np.ndarray:
    """Share of all batches by cell."""
    return product_mix().share[YEARS.index(year)] * np.array(BLOCK_SHARE)[BLOCK_OF_CELL]


def block_rate(year: int, block: int) -> float:
    cells = block == BLOCK_OF_CELL
    share, rate = product_mix().share[YEARS.index(year)], product_mix().rate[YEARS.index(year)]
    return float((share * rate)[cells].sum() * 100)


@pytest.mark.parametrize("year", [2020, 2021, 2022, 2023, 2024])
def test_overall_rate_is_the_published_one(year: int, published: dict) -> None:
    rate = (weights(year) * product_mix().rate[YEARS.index(year)]).sum() * 100
    assert rate == pytest.approx(published[str(year), "Y", "unqualified_rate", ""], abs=0.05)


def test_blocks_of_2023_are_the_published_ones(published: dict) -> None:
    def rate(name: str) -> float:
        return published["2023", "Y", "unqualified_rate", name]

    assert block_rate(2023, TABLEWARE) == pytest.approx(rate("其中:餐饮具"), abs=0.01)
    assert block_rate(2023, FRESH) == pytest.approx(rate("食用农产品"), abs=0.01)
    others = "all except 餐饮食品 and 食用农产品 (processed foods)"
    assert block_rate(2023, PROCESSED) == pytest.approx(rate(others), abs=0.01)
    total = published["2023", "Y", "batches", ""]
    assert BLOCK_SHARE[TABLEWARE] == pytest.approx(
        published["2023", "Y", "batches", "其中:餐饮具"] / total, abs=1e-3
    )
    assert BLOCK_SHARE[FRESH] == pytest.approx(
        published["2023", "Y", "batches", "食用农产品"] / total, abs=1e-3
    )


@pytest.mark.parametrize("name", ["粮食加工品", "食用油、油脂及其制品", "肉制品", "蛋制品", "乳制品"])
@pytest.mark.parametrize("year", [2021, 2022, 2023, 2024])
def test_staples_have_their_published_rates(year: int, name: str, published: dict) -> None:
    codes = {"粮食加工品": "01", "食用油、油脂及其制品": "02", "肉制品": "04", "蛋制品": "19", "乳制品": "05"}
    cell = [cell.code for cell in CELLS].index(codes[name])
    rate = product_mix().rate[YEARS.index(year), cell] * 100
    assert rate == pytest.approx(published[str(year), "Y", "unqualified_rate", name], abs=1e-9)


@pytest.mark.parametrize("year", [2021, 2022, 2023, 2024])
def test_item_groups_move_as_published(year: int, published: dict) -> None:
    names = {
        "PEST": "农药残留超标",
        "MICRO": "微生物污染",
        "ADD": "超范围超限量使用食品添加剂",
        "ORG": "有机物污染问题",
        "VET": "兽药残留超标",
        "METAL": "重金属等污染",
        "QUAL": "质量指标不达标",
    }
    index = YEARS.index(year)
    failures = weights(year) * product_mix().rate[index]
    group = np.diff(product_mix().group_edges[index], axis=1, prepend=0)
    share = (failures[:, None] * group).sum(axis=0) / failures.sum() * 100
    for code, name in names.items():
        figure = published[str(year), "Y", "share_of_unqualified_samples", name]
        assert share[GROUPS.index(code)] == pytest.approx(figure, abs=1.0), name


def test_processed_categories_weigh_as_in_2019(published: dict) -> None:
    share = product_mix().share[YEARS.index(2023)]
    by_code = {cell.code: share[index] for index, cell in enumerate(CELLS) if cell.block == PROCESSED}
    pastry, grain = (published["2019", "H2", "batches", name] for name in ("糕点", "粮食加工品"))
    assert by_code["24"] / by_code["01"] == pytest.approx(pastry / grain)


def test_quarters_keep_the_year(published: dict) -> None:
    assert sum(QUARTER_SHARE) == pytest.approx(1)
    assert np.dot(QUARTER_SHARE, QUARTER_FACTOR) == pytest.approx(1, abs=0.005)
    first = published["2024", "Q1", "batches", ""] / published["2024", "Y", "batches", ""]
    assert QUARTER_SHARE[0] == pytest.approx(first, abs=0.001)
    assert list(QUARTER_FACTOR) == sorted(QUARTER_FACTOR)


def test_every_rate_is_a_probability_and_every_group_row_sums_to_one() -> None:
    mix = product_mix()
    assert ((mix.rate >= 0) & (mix.rate < 0.7)).all()
    assert mix.group_edges[:, :, -1] == pytest.approx(1)
    for block in range(len(BLOCKS)):
        assert mix.share[:, block == BLOCK_OF_CELL].sum(axis=1) == pytest.approx(1)


def test_items_are_those_of_the_reference_list(project_folder: Path) -> None:
    with (project_folder / "data" / "reference" / "test_items.csv").open(
        encoding="utf-8", newline=""
    ) as file:
        known = {row["name"] for row in csv.DictReader(file)}
    assert set(ITEM_NAMES) <= known


def test_fitting_meets_both_margins() -> None:
    # A worked two-by-two table: with no zeros the fit of an all-ones prior is the product of its margins.
    fitted = fit_margins(np.ones((2, 2)), np.array([0.3, 0.7]), np.array([0.4, 0.6]))
    assert fitted == pytest.approx(np.array([[0.12, 0.18], [0.28, 0.42]]))
