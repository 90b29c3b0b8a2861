"""Cells, dates, credit codes, places and headers, each against values from outside the code."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.data.loaders.cells import canonical_text
from lib.data.loaders.credit_codes import ALPHABET, check_character, mistake
from lib.data.loaders.dates import BadValue, parse_date
from lib.data.loaders.divisions import Divisions, Unit
from lib.data.loaders.firms_and_places import consignor_and_maker
from lib.data.loaders.headers import normalised, numbered

DAYS = st.dates(min_value=date(1990, 1, 1), max_value=date(2099, 12, 31))


@pytest.mark.parametrize(
    "text",
    [
        *("2025-01-03", "2025/1/3", "2025.1.3", "2025年1月3日", "2025 年 1 月 3 日", "20250103", "45660"),
        *("2025-01-03 10:20:30", "2025-01-03T00:00:00.000", "45660.5", "20250103102030"),
    ],
)
def test_forms_of_one_day(text: str) -> None:
    assert parse_date(text) == date(2025, 1, 3)


@pytest.mark.parametrize(
    "text",
    ["2025-02-30", "2025-13-01", "20251301", "2025-1", "见包装", "03/28/2024", "99999", "1", "0025-01-01"],
)
def test_what_is_no_day(text: str) -> None:
    with pytest.raises(BadValue):
        parse_date(text)


def test_declared_forms_come_first() -> None:
    assert parse_date("03/04/2024", ["%m/%d/%Y"]) == date(2024, 3, 4)
    assert parse_date("03/04/2024", ["%d/%m/%Y"]) == date(2024, 4, 3)


@given(DAYS)
def test_serial_numbers_and_texts_agree(day: date) -> None:
    serial = (day - date(1900, 1, 1)).days + 2
    assert parse_date(str(serial)) == day == parse_date(f"{day.year}年{day.month}月{day.day}日")


def test_canonical_texts() -> None:
    assert canonical_text(45660.0) == "45660"
    assert canonical_text(0.1) == "0.1"
    assert canonical_text(None) == ""
    assert canonical_text(True) == "TRUE"
    assert canonical_text(timedelta(hours=1)) == "1:00:00"
    assert canonical_text(1.2345678901234567e19) == "1.234567890123457E+19"


# Real codes: Tencent (深圳市腾讯计算机系统有限公司) and Alibaba (阿里巴巴（中国）有限公司), as in the public register.
@pytest.mark.parametrize("code", ["9144030071526726XG", "91330100799655058B"])
def test_real_credit_codes(code: str) -> None:
    assert mistake(code) is None
    assert mistake(code[:17] + ("0" if code[17] != "0" else "1")) is not None
    assert mistake(code[:16] + code[17] + code[16]) is not None


@given(st.text(ALPHABET, min_size=17, max_size=17), st.integers(0, 16))
def test_one_wrong_character_shows(first: str, place: int) -> None:
    code = first + check_character(first)
    assert mistake(code) is None
    other = ALPHABET[(ALPHABET.index(code[place]) + 1) % len(ALPHABET)]
    assert mistake(code[:place] + other + code[place + 1 :]) is not None


def test_letters_that_credit_codes_do_not_use() -> None:
    assert "I" in str(mistake("9144030071526726XI"))


UNITS = [
    Unit("340000", "安徽省", 1, None),
    Unit("341200", "阜阳市", 2, "340000"),
    Unit("341202", "颍州区", 3, "341200"),
    Unit("341222", "太和县", 3, "341200"),
    Unit("340300", "蚌埠市", 2, "340000"),
    Unit("310000", "上海市", 1, None),
    Unit("310112", "闵行区", 3, "310000"),
]


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        (("安徽省", "阜阳市", "太和县"), "341222"),
        (("安徽", "阜阳", "太和"), "341222"),
        (("安徽省", "阜阳市", None), "341200"),
        (("安徽省", None, None), "340000"),
        (("上海市", "上海市", "闵行区"), "310112"),
        (("上海市", "市辖区", "闵行区"), "310112"),
        (("江苏省", "阜阳市", "太和县"), None),
        (("安徽省", "南京市", "太和县"), None),
        (("安徽省", "阜阳市", "没有县"), "341200"),
        (("安徽省", "蚌埠市", "太和县"), "340300"),
        ((None, None, None), None),
    ],
)
def test_places_by_parts(parts: tuple[str | None, str | None, str | None], code: str | None) -> None:
    assert Divisions(UNITS).of_parts(*parts) == code


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("安徽省阜阳市太和县城关镇人民路1号", "341222"),
        ("阜阳市颍州区人民路", "341202"),
        ("安徽省蚌埠市阜阳市路1号", "340300"),
        ("太和县城关镇", None),
        ("江苏省南京市太和县", None),
        ("辽宁阜阳市场", None),
        ("某地", None),
    ],
)
def test_places_by_address(address: str, code: str | None) -> None:
    assert Divisions(UNITS).of_address(address) == code


def test_places_within_a_unit() -> None:
    assert Divisions(UNITS, within="341200").of_address("太和县城关镇") == "341222"
    for street in ("北京路12号", "上海中路3号", "四川北路太和县大厦", "天津道1号", "安徽大道9号"):
        expected = "341222" if "太和县" in street else None
        assert Divisions(UNITS, within="341200").of_address(street) == expected
    assert Divisions(UNITS).of_address("安徽大道9号") is None
    assert Divisions(UNITS, within="341200").of_address("北京路12号太和县") == "341222"
    assert Divisions(UNITS, within="341200").of_address("北京市太和县") is None
    assert Divisions(UNITS, within="341200").of_address("上海市闵行区") is None


def test_headers_are_compared_without_decoration() -> None:
    assert normalised(" 抽样编号 *") == normalised("抽样\n编号") == normalised("抽样编号＊")
    forms = ("不合格项目║检验结果║标准值", "不合格项目‖检验结果‖标准值", "不合格项目||检验结果｜标准值")
    assert len({normalised(form) for form in forms}) == 1
    assert numbered(["备注", "甲", "备注*"]) == ["备注", "甲", "备注#2"]


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("委托方：甲公司；受托方：乙公司", ("甲公司", "乙公司")),
        ("受托方:乙公司 委托方:甲公司", ("甲公司", "乙公司")),
        ("委托单位:甲\n被委托单位:乙", ("甲", "乙")),
        ("某托盘厂", (None, "某托盘厂")),
        ("委托方：甲公司", (None, "甲公司")),
    ],
)
def test_two_firms_in_one_cell(text: str, pair: tuple[str | None, str]) -> None:
    assert consignor_and_maker(text) == pair
