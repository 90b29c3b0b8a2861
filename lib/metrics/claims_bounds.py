"""Numbers known only as bounds: 100余 is at least 100, and 53 of at least 100 is at most 53 %.

What is worked out from a bound is a bound; what cannot be known is refused, never shown as a number.
"""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

EXACT, AT_LEAST, MORE, AT_MOST, LESS, ABOUT = "=", "≥", ">", "≤", "<", "≈"

#: The bound of 1 ÷ x, and of −x.
_FLIPPED: Final[Mapping[str, str]] = {
    EXACT: EXACT,
    AT_LEAST: AT_MOST,
    AT_MOST: AT_LEAST,
    MORE: LESS,
    LESS: MORE,
    ABOUT: ABOUT,
}
_STRICT: Final[Mapping[frozenset[str], str]] = {
    frozenset((AT_LEAST, MORE)): MORE,
    frozenset((AT_MOST, LESS)): LESS,
}
_COUNTED: Final[Mapping[str, Callable[[Fraction, Fraction], Fraction]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}


class NotComputable(ValueError):
    """There is no number to compare; the message says why (Chinese)."""


@dataclass(frozen=True)
class Bounded:
    """A number and what is known of it: exactly it (=), at least it (≥), more (>), at most (≤), less (<), about (≈)."""

    value: Fraction
    bound: str = EXACT


def combined(first: Bounded, sign: str, second: Bounded) -> Bounded:
    """``first`` + − * / ``second`` for numbers that are not negative. Raises `NotComputable`."""
    if sign == "/" and second.value == 0:
        raise NotComputable("分母为 0")
    other = _FLIPPED[second.bound] if sign in ("-", "/") else second.bound
    return Bounded(_COUNTED[sign](first.value, second.value), _joint(first.bound, other))


def _joint(first: str, second: str) -> str:
    if second in (first, EXACT):
        return first
    if first == EXACT:
        return second
    joint = _STRICT.get(frozenset((first, second)))
    if joint is None:
        raise NotComputable(f"两个数的界限方向不同（{first} 与 {second}），得不出结论")
    return joint


def implies(known: Bounded, claimed: str, value: Fraction, tolerance: Fraction = Fraction(0)) -> bool:
    """Whether what is known proves the claim "claimed value": ≥ 120 proves ≥ 100; ≥ 100 does not prove = 100."""
    if claimed == ABOUT:
        return known.bound in (EXACT, ABOUT) and abs(known.value - value) <= tolerance
    if claimed == EXACT:
        return known.bound == EXACT and known.value == value
    if claimed in (AT_LEAST, MORE):
        if known.bound not in (EXACT, AT_LEAST, MORE):
            return False
        is_enough = claimed == AT_LEAST or known.bound == MORE
        return known.value > value or (is_enough and known.value == value)
    if known.bound not in (EXACT, AT_MOST, LESS):
        return False
    return known.value < value or ((claimed == AT_MOST or known.bound == LESS) and known.value == value)
