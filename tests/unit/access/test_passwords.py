import re

import bcrypt
import pytest

from lib.access import passwords
from lib.access.errors import AccessRefused
from lib.access.passwords import check_password_rules, hash_password, password_matches


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("ninechars", "太短"),
        ("一二三四五六七八九", "太短"),
        ("x" * 73, "太长"),
        ("字" * 25, "太长"),
        (" with a blank", "首尾"),
        ("with a blank ", "首尾"),
        ("with a \x00 inside", "控制字符"),
        ("Statistics-01", "用户名"),
    ],
)
def test_unfit_passwords_are_refused_with_the_reason(password: str, reason: str) -> None:
    with pytest.raises(AccessRefused, match=reason):
        check_password_rules(password, "statistics-01")


@pytest.mark.parametrize("password", ["ten chars!", "x" * 72, "字" * 24, "a passphrase with blanks"])
def test_fit_passwords_are_accepted_and_match(password: str) -> None:
    check_password_rules(password, "analyst")
    stored = hash_password(password)
    assert password_matches(password, stored)
    assert not password_matches(password + "!", stored)


def test_hashes_have_at_least_twelve_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()  # the cheap hashes of the other tests
    assert passwords.ROUNDS >= 12
    assert re.match(r"^\$2b\$1[2-9]\$", hash_password("ten chars!"))


# Whoever measures the answer must not learn which names exist or which lengths are refused.
@pytest.mark.parametrize(
    "password", ["some password", "", "x" * 73, "字" * 25, "nul\x00inside", "x" * 1_000_000]
)
@pytest.mark.parametrize("known", [True, False])
def test_every_answer_costs_exactly_one_comparison(
    password: str, known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = hash_password("the right password") if known else None
    passwords.prepare_comparison()
    costs: list[bytes] = []
    compare = bcrypt.checkpw

    def counting(candidate: bytes, hashed: bytes) -> bool:
        costs.append(hashed[:7])
        return compare(candidate, hashed)

    monkeypatch.setattr(bcrypt, "checkpw", counting)
    assert password_matches(password, stored) is False
    assert costs == [b"$2b$04$"]


def test_nobody_logs_in_with_the_password_behind_the_stand_in_hash() -> None:
    assert password_matches("nobody has this password", None) is False
