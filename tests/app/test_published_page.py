"""公开数字核对 over the small world, which holds almost nothing of the published stories."""

import csv

import pytest

from lib.access.roles import Role
from lib.data.scope import Scope
from lib.metrics import claims_reading
from lib.metrics.claims_reading import COLUMNS
from tests.app.conftest import OpenPage, figures, words

PAGE = "reference/published_figures"
FUYANG = "阜阳“流动诊所+闭环监管”（2025年11月报道）"


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.value)
def test_the_page_stands_for_every_role(open_page: OpenPage, role: Role) -> None:
    at = open_page(PAGE, role=role)
    assert not at.exception
    assert not at.error, words(at)
    assert "数据截至2025年10月31日；数据版本 1" in words(at)
    assert "共 116 条" in words(at)
    assert figures(at)["○ 仅文字"] == "45 条"


def test_faults_stand_first_with_a_sign_and_a_word(open_page: OpenPage) -> None:
    verdicts = list(open_page(PAGE).dataframe[0].value["verdict"])
    assert verdicts[0] == "✗ 不符"
    assert verdicts[-1] == "○ 仅文字"
    assert verdicts == sorted(
        verdicts, key=["✗ 不符", "⚠ 无法计算", "✓ 相符", "◇ 口径说明", "○ 仅文字"].index
    )


def test_document_and_verdict_stand_in_the_address(open_page: OpenPage) -> None:
    at = open_page(PAGE, query={"document": FUYANG, "verdict": "仅文字"})
    assert list(at.dataframe[0].value["id"]) == ["0-14", "0-16", "0-17"]
    assert "公布：12家，分母没有公布（文字）" in words(at)


def test_no_claim_left_says_so(open_page: OpenPage) -> None:
    at = open_page(PAGE, query={"document": "上海闵行区食品安全做法（日期未注明）", "verdict": "相符"})
    assert "没有符合的公开数字。请改选文件或结论。" in words(at)
    assert not at.dataframe


def test_a_claim_without_records_shows_none(open_page: OpenPage) -> None:
    at = open_page(PAGE, query={"document": FUYANG, "verdict": "不符", "claim": "0-05"})
    assert "不符：0 人次" in words(at)
    assert "没有相应的记录。" in words(at)


def test_a_derived_claim_shows_what_it_stands_on(open_page: OpenPage) -> None:
    at = open_page(PAGE, query={"document": FUYANG, "claim": "0-11"})
    assert "由下列各条推算：" in words(at)
    assert list(at.dataframe[1].value["id"]) == ["0-09", "0-10", "0-04"]


def test_a_county_reader_is_not_shown_a_part_for_the_whole(open_page: OpenPage) -> None:
    at = open_page(PAGE, scope=Scope.of("341225"), query={"document": FUYANG, "claim": "0-05"})
    assert "超出您的可见范围" in words(at)
    assert figures(at)["✗ 不符"] == "0 条"
    assert not at.error
    assert "条公开数字所指的地区（如全市）超出您的可见范围" in words(at), "said before the table"
    assert at.info[0].value.split(" ")[0].isdigit()


def test_a_row_that_was_refused_is_shown(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("claims")
    with open(folder / "own.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        writer.writerow(
            {"id": "X-1", "document": "本局", "claim": "一句", "published": "3家", "operator": "大约"}
        )
    monkeypatch.setattr(claims_reading, "OWN_FOLDER", folder)
    assert "台账有一行没有采用：own.csv 第 2 行：X-1：operator 没有“大约”" in words(open_page(PAGE))
