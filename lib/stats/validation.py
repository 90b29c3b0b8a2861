"""Checks every statistic shares: what is a vector, what is a count, what is a confidence level.

A wrong input stops here with a `ValueError` that names the argument and the offending values; nothing below
returns a plausible number for impossible counts. A *missing* value is NaN in an array and None in a scalar
result.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]
TextArray = NDArray[np.str_]

SHOWN_VALUES = 5
# Beyond these a "count" is a unit error, and the formulas would lose their digits.
LARGEST_COUNT = 1e15
SMALLEST_COUNT = 1e-9


def offending(values: FloatArray, where: BoolArray) -> str:
    """Name the first offending values with their positions, for an error message."""
    positions = np.flatnonzero(where)
    shown = ", ".join(f"[{position}]={values.flat[position]:g}" for position in positions[:SHOWN_VALUES])
    rest = positions.size - SHOWN_VALUES
    return f"{shown} and {rest} more" if rest > 0 else shown


def refuse(name: str, values: FloatArray, where: BoolArray, reason: str) -> None:
    """Raise a ValueError naming the values of `name` where the mask is true; do nothing if it never is."""
    if where.any():
        raise ValueError(f"{name} {reason}: {offending(values, where)}")


def as_numbers(name: str, values: ArrayLike) -> FloatArray:
    """Convert to a float array; None becomes NaN, text and infinities are refused."""
    try:
        numbers = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must hold numbers: {error}") from error
    refuse(name, numbers, np.isinf(numbers), "must be finite")
    return numbers


def as_vector(name: str, values: ArrayLike, *, allow_missing: bool = False, minimum: int = 1) -> FloatArray:
    """Convert to a one-dimensional float array of at least `minimum` points."""
    vector = as_numbers(name, values)
    if vector.ndim != 1:
        raise ValueError(f"{name} must be one-dimensional, got shape {vector.shape}")
    if vector.size < minimum:
        raise ValueError(f"{name} needs at least {minimum} value(s), got {vector.size}")
    if not allow_missing:
        refuse(name, vector, np.isnan(vector), "must not be missing")
    return vector


def as_mask(name: str, values: ArrayLike, size: int) -> BoolArray:
    """Convert to a boolean vector of the given length; only true/false (or 1/0) are accepted."""
    numbers = as_vector(name, values, minimum=0)
    refuse(name, numbers, ~np.isin(numbers, (0.0, 1.0)), "must hold only true/false (1/0)")
    if numbers.size != size:
        raise ValueError(f"{name} must have {size} values, got {numbers.size}")
    return numbers.astype(bool)


def same_length(**vectors: NDArray) -> None:
    """Refuse vectors of different lengths, naming each with its length."""
    if len({vector.shape for vector in vectors.values()}) > 1:
        lengths = ", ".join(f"{name} {vector.shape}" for name, vector in vectors.items())
        raise ValueError(f"lengths differ: {lengths}")


def broadcast(**numbers: FloatArray) -> tuple[FloatArray, ...]:
    """Bring arrays to one shape, or name each with its length."""
    try:
        return np.broadcast_arrays(*numbers.values())
    except ValueError as error:
        lengths = ", ".join(f"{name} {array.shape}" for name, array in numbers.items())
        raise ValueError(f"lengths differ: {lengths}") from error


def as_single(name: str, value: float) -> float:
    """Convert to one present number."""
    number = as_numbers(name, value)
    if number.ndim or np.isnan(number):
        raise ValueError(f"{name} must be one number, got {value!r}")
    return float(number)


def check_confidence(confidence: float) -> float:
    """Accept a level strictly between 0 and 1 (0.95, 0.998)."""
    level = as_single("confidence", confidence)
    if not 0.0 < level < 1.0:
        raise ValueError(f"confidence must lie strictly between 0 and 1, got {confidence!r}")
    return level


def check_fraction(name: str, value: float) -> float:
    """Accept a proportion in [0, 1]."""
    fraction = as_single(name, value)
    if not 0.0 <= fraction <= 1.0:
        raise ValueError(f"{name} must lie in [0, 1], got {value!r}")
    return fraction


def as_counts(name: str, values: ArrayLike, *, allow_missing: bool = False) -> FloatArray:
    """Convert to non-negative numbers of any shape; fractions are allowed (expected counts), nonsense is not."""
    counts = as_numbers(name, values)
    refuse(name, counts, counts < 0, "must not be negative")
    refuse(name, counts, counts > LARGEST_COUNT, f"must not exceed {LARGEST_COUNT:g}")
    refuse(
        name, counts, (counts > 0) & (counts < SMALLEST_COUNT), f"must be 0 or at least {SMALLEST_COUNT:g}"
    )
    if not allow_missing:
        refuse(name, counts, np.isnan(counts), "must not be missing")
    return counts


def as_whole_counts(name: str, values: ArrayLike) -> FloatArray:
    """Convert to non-negative whole numbers; exact tail probabilities have no meaning for fractions."""
    counts = as_counts(name, values)
    refuse(name, counts, counts != np.floor(counts), "must be whole numbers")
    return counts


def as_proportion_counts(x: ArrayLike, n: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Broadcast numerator and denominator: 0 <= x <= n, n never missing; a missing x (NaN) stays missing."""
    numerator, denominator = broadcast(x=as_counts("x", x, allow_missing=True), n=as_counts("n", n))
    above = numerator > denominator
    if above.any():
        details = f"x {offending(numerator, above)}; n {offending(denominator, above)}"
        raise ValueError(f"x must not exceed n: {details}")
    return numerator, denominator
