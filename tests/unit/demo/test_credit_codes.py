"""Check digits against the standards' own examples, then on every enterprise of the demo."""

import pytest

from lib.demo.credit_codes import ALPHABET, check_character, credit_code, production_licence
from tests.unit.demo.conftest import Frames

WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


def test_example_of_the_standard() -> None:
    # The worked example of GB 32100.
    assert check_character("91350100M000100Y4") == "3"


@pytest.mark.parametrize("serial", [0, 1, 30, 31, 31**5 - 1])
def test_code_shape(serial: int) -> None:
    code = credit_code("341202", serial)
    assert len(code) == 18
    assert code.startswith("91341202DEM")
    assert set(code) <= set(ALPHABET)


def test_every_code_of_the_city_passes_its_check(city: Frames) -> None:
    for code in city.enterprise.credit_code:
        total = sum(
            ALPHABET.index(letter) * weight for letter, weight in zip(code[:17], WEIGHTS, strict=True)
        )
        assert ALPHABET[(31 - total % 31) % 31] == code[17]


@pytest.mark.parametrize(("digits", "check"), [("79462", 3), ("00200667308", 5)])
def test_mod_11_10_examples(digits: str, check: int) -> None:
    # Published examples of ISO 7064 MOD 11,10: 794623 and 002006673085.
    from lib.demo import credit_codes

    assert credit_codes._mod_11_10(digits) == check


def test_licences_have_fourteen_digits(city: Frames) -> None:
    licences = city.enterprise.licence_no.dropna()
    assert licences.str.fullmatch(r"SC1\d{13}").all()
    assert production_licence("05", "341202", 7).startswith("SC105341202")
