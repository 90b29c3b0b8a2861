"""What a sample counts as; one row a rule."""

import pytest

from lib.data.verdicts import CONCLUSIONS, OBJECTION_STATUSES, STATE_NAMES, Verdict, derive


@pytest.mark.parametrize(
    ("conclusion", "objection", "expected"),
    [
        (None, None, Verdict(None, None, "pending")),
        ("未检验样品", None, Verdict(None, None, "not_tested")),
        ("纯抽检合格样品", None, Verdict("qualified", None, "concluded")),
        ("纯监测问题样品", None, Verdict(None, "problem", "concluded")),
        ("抽检合格样品并监测问题样品", None, Verdict("qualified", "problem", "concluded")),
        ("纯抽检不合格样品", "异议处置中", Verdict(None, None, "objection")),
        ("纯抽检不合格样品", "复检中", Verdict(None, None, "reinspection")),
        ("纯抽检不合格样品", "异议认可", Verdict(None, None, "voided")),
        ("纯抽检不合格样品", "复检合格", Verdict("qualified", None, "concluded")),
        ("纯抽检不合格样品", "复检不合格", Verdict("unqualified", None, "concluded")),
        ("纯抽检不合格样品", "异议不认可", Verdict("unqualified", None, "concluded")),
        ("纯抽检不合格样品", "逾期异议", Verdict("unqualified", None, "concluded")),
        ("抽检不合格样品并监测问题样品", "复检合格", Verdict("qualified", "problem", "concluded")),
    ],
)
def test_verdict(conclusion: str | None, objection: str | None, expected: Verdict) -> None:
    assert derive(conclusion, objection) == expected


def test_every_combination_is_concluded_or_in_neither_count() -> None:
    for conclusion in (None, *CONCLUSIONS):
        for objection in (None, *OBJECTION_STATUSES):
            verdict = derive(conclusion, objection)
            assert verdict.state in STATE_NAMES
            counted = (verdict.supervision, verdict.monitoring) != (None, None)
            assert counted == (verdict.state == "concluded")


@pytest.mark.parametrize("names", [("合格", None), ("纯抽检合格样品", "申诉")])
def test_unknown_names_are_refused(names: tuple[str, str | None]) -> None:
    with pytest.raises(ValueError, match="未知的"):
        derive(*names)
