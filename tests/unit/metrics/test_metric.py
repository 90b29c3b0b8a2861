"""A wrong declaration stops the start; the message names the metric and the mend."""

from datetime import date
from typing import Any

import pytest

from lib.data.tables.snapshot import inspection, population, sample
from lib.metrics.metric import AS_OF, Count, DeclarationError, Metric, Parameter, Sum, Unit, seen_from

BATCHES = Count(table=sample, date=sample.c.sampled_on, unit=Unit.BATCH)
FIRMS = Count(
    table=inspection,
    date=inspection.c.inspected_on,
    unit=Unit.ENTERPRISE,
    distinct=(inspection.c.enterprise_key,),
)
VISITS = Count(table=inspection, date=inspection.c.inspected_on, unit=Unit.ENTERPRISE_VISIT)
PERSONS = Sum(
    table=population, date=None, column=population.c.persons, unit=Unit.THOUSAND_PERSONS, divide_by=1000
)


def declared(**changes: Any) -> Metric:
    given: dict[str, Any] = {
        "id": "some_rate",
        "name": "某比率",
        "description": "甲批次÷乙批次。",
        "direction": "lower",
        "numerator": BATCHES,
        "denominator": Count(table=sample, date=sample.c.sampled_on, unit=Unit.BATCH),
        "dimensions": ("division", "month"),
        "basis": "某文件第一条",
        "reviewed_on": date(2026, 1, 1),
        **changes,
    }
    return Metric(**given)


def test_a_good_declaration_describes_itself() -> None:
    metric = declared()
    assert (metric.unit, metric.interval, metric.is_proportion) == ("%", "wilson", True)
    assert declared(denominator=None, description="若干批次。").unit == "批次"
    per_thousand = declared(
        denominator=PERSONS,
        per=(Unit.BATCH, Unit.THOUSAND_PERSONS),
        interval="byar",
        dimensions=("division",),
    )
    assert per_thousand.unit == "批次/千人"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"id": "Some-Rate"}, "小写字母"),
        ({"name": " "}, "缺少 name"),
        ({"basis": ""}, "缺少 basis"),
        ({"description": "甲批次÷乙批次"}, "以“。”结束"),
        ({"description": "甲批次和乙批次。"}, "写明两个计数"),
        ({"dimensions": ("ward",)}, "未知维度 ward"),
        ({"dimensions": ("item",)}, "没有维度 item"),
        ({"denominator": PERSONS, "dimensions": ()}, "单位不相容：批次÷千人"),
        (
            {"denominator": PERSONS, "per": (Unit.BATCH, Unit.THOUSAND_PERSONS), "interval": "none"},
            "没有维度 month",
        ),
        ({"denominator": None, "description": "若干批次。", "interval": "wilson"}, "没有分母"),
        ({"ignores": ("stage",)}, "ignore_note"),
        (
            {"numerator": Count(table=sample, date=inspection.c.inspected_on, unit=Unit.BATCH)},
            "不属于表 sample",
        ),
        (
            {
                "numerator": Count(
                    table=sample,
                    date=sample.c.sampled_on,
                    unit=Unit.BATCH,
                    where=(inspection.c.team == "一组",),
                )
            },
            "表 sample 以外的列",
        ),
        (
            {"numerator": Count(table=sample, date=sample.c.sampled_on, unit=Unit.BATCH, at_least="k")},
            "at_least",
        ),
    ],
)
def test_a_wrong_declaration_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(DeclarationError, match=said) as refused:
        declared(**changes)
    assert changes.get("id", "some_rate") in str(refused.value)


@pytest.mark.parametrize("per", [None, (Unit.ENTERPRISE, Unit.ENTERPRISE_VISIT)])
def test_firms_are_never_divided_by_visits(per: Any) -> None:
    with pytest.raises(DeclarationError, match="家÷家次"):
        declared(
            numerator=FIRMS, denominator=VISITS, dimensions=(), per=per, interval="none" if per else None
        )


def test_a_declaration_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        declared().name = "另一个名字"  # type: ignore[misc]


def test_parameters_belong_to_the_count_that_uses_them() -> None:
    repeated = Count(
        table=sample,
        date=sample.c.sampled_on,
        unit=Unit.ENTERPRISE,
        distinct=(sample.c.producer_key,),
        at_least="k",
    )
    changes: dict[str, Any] = {"numerator": repeated, "denominator": None, "description": "若干家。"}
    assert declared(**changes, parameters=(Parameter(name="k", label="不少于", default=2),)).parameters
    with pytest.raises(DeclarationError, match="at_least"):
        declared(**changes)


def test_the_day_seen_from_is_filled_in_without_touching_the_declaration() -> None:
    late = Count(
        table=sample, date=sample.c.sampled_on, unit=Unit.BATCH, where=(sample.c.reported_on < AS_OF,)
    )
    metric = declared(numerator=late)
    assert metric.needs_as_of
    seen = seen_from(metric, date(2025, 1, 2))
    assert not seen.needs_as_of
    assert metric.numerator is late
    assert str(seen.numerator.where[0].compile(compile_kwargs={"literal_binds": True})).endswith(
        "'2025-01-02'"
    )
