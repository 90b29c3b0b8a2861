"""What a bound proves, and what becomes of bounds that are divided."""

from fractions import Fraction

import pytest

from lib.metrics.claims_bounds import Bounded, NotComputable, combined, implies


def number(text: str) -> Bounded:
    """ "≥100" → at least 100."""
    bound = text[0] if text[0] in "=≥>≤<≈" else "="
    return Bounded(Fraction(text.lstrip("=≥>≤<≈")), bound)


@pytest.mark.parametrize(
    ("first", "sign", "second", "expected"),
    [
        ("53", "/", "≥106", "≤0.5"),
        ("53", "/", ">106", "<0.5"),
        ("≥53", "/", "106", "≥0.5"),
        ("≥10", "+", ">5", ">15"),
        ("≥10", "-", "≤5", "≥5"),
        ("10", "/", "≈40", "≈0.25"),
        ("10", "+", "2", "12"),
        ("≥10", "*", "10000", "≥100000"),
    ],
)
def test_a_bound_goes_through_the_arithmetic(first: str, sign: str, second: str, expected: str) -> None:
    assert combined(number(first), sign, number(second)) == number(expected)


@pytest.mark.parametrize(
    ("first", "sign", "second"), [("≥53", "/", "≥100"), ("≥1", "+", "≤1"), ("≈1", "+", "≥1")]
)
def test_bounds_that_point_apart_prove_nothing(first: str, sign: str, second: str) -> None:
    with pytest.raises(NotComputable):
        combined(number(first), sign, number(second))


def test_nothing_is_divided_by_nought() -> None:
    with pytest.raises(NotComputable, match="分母为 0"):
        combined(number("3"), "/", number("0"))


@pytest.mark.parametrize(
    ("known", "claimed", "holds"),
    [
        ("100", "≥100", True),
        ("99", "≥100", False),
        ("≥100", "≥100", True),
        ("≥120", "≥100", True),
        ("≥100", "=100", False),
        ("≥100", ">100", False),
        (">100", ">100", True),
        (">100", "≥100", True),
        ("50", ">50", False),
        ("51", ">50", True),
        ("≤53", "≤53", True),
        ("≥53", "≤53", False),
        ("<53", "≤53", True),
        ("≈100", "=100", False),
        ("≈100", "≥100", False),
    ],
)
def test_what_is_known_proves_the_claim_or_not(known: str, claimed: str, holds: bool) -> None:
    asked = number(claimed)
    assert implies(number(known), asked.bound, asked.value) is holds


def test_about_holds_within_the_tolerance() -> None:
    for known, holds in (("73499", True), ("73500", True), ("73501", False), ("≥73000", False)):
        assert implies(number(known), "≈", Fraction(73000), Fraction(500)) is holds
