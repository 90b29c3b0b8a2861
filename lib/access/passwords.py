"""Passwords: what is accepted, how it is hashed, and a comparison as slow for unknown users."""

import threading
from functools import lru_cache

import bcrypt

from lib.access.errors import AccessRefused

ROUNDS = 12
SHORTEST = 10
LONGEST_BYTES = 72

# One comparison occupies a core for about 0.2 s; two at a time leave the pages of everybody else alive.
_COMPARISONS = threading.BoundedSemaphore(2)


def check_password_rules(password: str, username: str) -> None:
    """Raise AccessRefused unless the password has 10 characters to 72 bytes and no blank at its ends."""
    if len(password) < SHORTEST:
        raise AccessRefused(f"密码太短：至少 {SHORTEST} 个字符。")
    if len(password.encode()) > LONGEST_BYTES:
        raise AccessRefused(f"密码太长：最多 {LONGEST_BYTES} 字节（约 24 个汉字）。")
    if password != password.strip() or "\x00" in password:
        raise AccessRefused("密码首尾不能是空格，也不能含控制字符。")
    if password.lower() == username.lower():
        raise AccessRefused("密码不能与用户名相同。")


def hash_password(password: str) -> str:
    """Return the bcrypt hash of a password that passed ``check_password_rules``."""
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(ROUNDS)).decode()


@lru_cache(maxsize=1)
def _hash_of_nobody() -> str:
    return hash_password("nobody has this password")


def prepare_comparison() -> None:
    """Compute beforehand the hash that unknown users are compared with."""
    _hash_of_nobody()


def password_matches(password: str, password_hash: str | None) -> bool:
    """Compare a password with a hash; without a hash (unknown user) spend the same time and say no.

    bcrypt refuses more than 72 bytes and NUL. Such a password cannot be right, yet takes as long as any.
    """
    candidate = password.encode()
    possible = 0 < len(candidate) <= LONGEST_BYTES and b"\x00" not in candidate
    with _COMPARISONS:
        equal = bcrypt.checkpw(candidate if possible else b"-", (password_hash or _hash_of_nobody()).encode())
    return equal and possible and password_hash is not None
