"""The four posts of a reader and their Chinese names."""

from enum import StrEnum


class Role(StrEnum):
    """What a reader may do; districts are granted apart from the role."""

    OFFICIAL = "official"
    PRESENTER = "presenter"
    ANALYST = "analyst"
    OPERATOR = "operator"

    @property
    def label(self) -> str:
        """Chinese name of the role."""
        return _LABELS[self]


_LABELS = {
    Role.OFFICIAL: "领导与科长",
    Role.PRESENTER: "调度会主持",
    Role.ANALYST: "统计岗",
    Role.OPERATOR: "系统管理员",
}

EVERY_ROLE = frozenset(Role)
#: Who may take columns that say something about one person (see docs/EXTRACTS.md).
PERSONAL_ROLES = frozenset({Role.ANALYST, Role.OPERATOR})
