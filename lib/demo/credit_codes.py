"""Credit codes and licence numbers that pass their check digits and are plainly synthetic.

Unified social credit codes follow GB 32100 (check weights 1, 3, 9, …, modulus 31) around an organisation code by
GB 11714 that begins with DEM; production licences end in an ISO 7064 MOD 11,10 check digit.
"""

from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUES = {letter: value for value, letter in enumerate(ALPHABET)}
_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def credit_code(division: str, serial: int) -> str:
    """One code: 91, division, DEM and the serial in base 31, check digits of the organisation and of the whole.

    ``division`` has six digits, ``serial`` is below 31**5.
    """
    digits = ""
    for _ in range(5):
        serial, digit = divmod(serial, 31)
        digits = ALPHABET[digit] + digits
    organisation = "DEM" + digits
    body = "91" + division + organisation + _organisation_check(organisation)
    return body + check_character(body)


def _organisation_check(text: str) -> str:
    check = (
        11
        - sum(int(letter, 36) * weight for letter, weight in zip(text, _ORGANISATION_WEIGHTS, strict=True))
        % 11
    )
    return "X" if check == 10 else "0" if check == 11 else str(check)


def check_character(body: str) -> str:
    """Check character of the first 17 characters of a credit code."""
    total = sum(_VALUES[letter] * weight for letter, weight in zip(body, _WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def production_licence(category_code: str, division: str, serial: int) -> str:
    """SC licence number: class, division, four-digit serial, check digit."""
    body = f"1{category_code}{division}{serial % 10_000:04d}"
    return f"SC{body}{_mod_11_10(body)}"


def _mod_11_10(digits: str) -> int:
    product = 10
    for digit in digits:
        product = (product + int(digit)) % 10 or 10
        product = product * 2 % 11
    return (11 - product) % 10
