"""Rules that every chart keeps, read from its Vega-Lite specification."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import altair as alt
import pandas as pd
import pytest
from jsonschema import ValidationError

from lib.charts.ageing import ageing_chart
from lib.charts.comparison import comparison_chart
from lib.charts.control_chart import control_chart
from lib.charts.funnel import funnel_chart, ratio_funnel_chart
from lib.charts.heat_map import heat_map
from lib.charts.interval_dots import interval_dots
from lib.charts.pareto import pareto_chart
from lib.charts.part_bars import part_bars
from lib.charts.sparkline import sparkline
from lib.charts.step_curves import step_curves
from lib.charts.theme import Role
from tests.unit.charts import frames
from tests.unit.charts.frames import MEASURE

CHARTS: dict[str, Callable[[], alt.LayerChart]] = {
    "control": lambda: control_chart(frames.periods(), measure=MEASURE),
    "control with all": lambda: control_chart(
        frames.periods(), measure=MEASURE, target=0.03, events=frames.events()
    ),
    "funnel": lambda: funnel_chart(frames.districts(), frames.limits(), baseline=0.03, measure=MEASURE),
    "funnel log": lambda: funnel_chart(
        frames.districts(), frames.limits(), baseline=0.03, measure=MEASURE, x_scale="log"
    ),
    "ratio funnel": lambda: ratio_funnel_chart(frames.districts(), frames.limits(), measure=MEASURE),
    "heat map": lambda: heat_map(frames.cells(), measure=MEASURE),
    "pareto items": lambda: pareto_chart(frames.items()),
    "pareto batches": lambda: pareto_chart(frames.items(), base="batches"),
    "dots": lambda: interval_dots(frames.districts(), measure=MEASURE, reference=0.03),
    "ratio dots": lambda: interval_dots(frames.districts(), measure=MEASURE, ratio=True),
    "comparison": lambda: comparison_chart(frames.kinds(), measure=MEASURE),
    "ageing": lambda: ageing_chart(frames.ages()),
    "part bars": lambda: part_bars(frames.parts(), names=frames.PART_WORDS),
    "step curves": lambda: step_curves(*frames.curves(), names=frames.CURVE_WORDS),
    "sparkline": lambda: sparkline(frames.periods(), measure=MEASURE),
}
#: Charts of a rate with its uncertainty; counts have none, and a curve has its numbers at risk below it.
WITH_INTERVAL = [name for name in CHARTS if name not in ("ageing", "part bars", "step curves")]


def parts(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from parts(value)
    elif isinstance(node, list):
        for value in node:
            yield from parts(value)


def layers(chart: alt.LayerChart) -> list[dict[str, Any]]:
    return [layer for layer in chart.to_dict()["layer"] if "mark" in layer]


@pytest.fixture(params=list(CHARTS))
def chart(request: pytest.FixtureRequest) -> alt.LayerChart:
    return CHARTS[request.param]()


def test_is_valid_vega_lite(chart: alt.LayerChart) -> None:
    assert isinstance(chart, alt.LayerChart)
    json.dumps(chart.to_dict(validate=True), allow_nan=False)


def test_validation_sees_a_wrong_specification() -> None:
    chart = CHARTS["control"]()
    chart["layer"] = [{"mark": "no such mark"}]
    with pytest.raises(ValidationError):
        chart.to_dict(validate=True)


def test_bars_start_at_zero(chart: alt.LayerChart) -> None:
    for layer in layers(chart):
        if layer["mark"]["type"] != "bar":
            continue
        scales = [
            layer["encoding"][channel]["scale"]
            for channel in ("x", "y")
            if layer["encoding"][channel]["type"] == "quantitative"
        ]
        assert scales
        for scale in scales:
            assert scale.get("domain", [0])[0] == 0
            assert scale.get("domainMin", 0) == 0
            assert scale.get("zero", True) is True


@pytest.mark.parametrize("name", WITH_INTERVAL)
def test_every_tooltip_of_data_has_counts_and_interval(name: str) -> None:
    chart = CHARTS[name]()
    tips = [layer["encoding"]["tooltip"] for layer in layers(chart) if "tooltip" in layer["encoding"]]
    assert tips
    for tip in tips:
        titles = [line["title"] for line in tip]
        if titles == ["说明"]:
            continue
        assert any("/" in title for title in titles), titles
        assert any("置信区间" in title for title in titles), titles


def test_layers_without_tooltip_say_so(chart: alt.LayerChart) -> None:
    # Otherwise Streamlit's appearance shows a tooltip made of raw column names.
    for layer in layers(chart):
        if "tooltip" not in layer["encoding"]:
            assert layer["mark"].get("tooltip", "missing") is None


def test_nothing_that_is_read_is_english(chart: alt.LayerChart) -> None:
    spec = chart.to_dict()
    rows = [row for records in spec["datasets"].values() for row in records]
    shown = [title for part in parts(spec["layer"]) if isinstance(title := part.get("title"), str)]
    shown += [text for part in parts(spec["layer"]) if isinstance(text := part.get("text"), str)]
    shown += [word for part in parts(spec["layer"]) for word in (part.get("legend") or {}).get("values", [])]
    fields = [
        definition["field"]
        for layer in layers(chart)
        for definition in [*layer["encoding"].get("tooltip", []), layer["encoding"].get("text", {})]
        if "field" in definition
    ]
    shown += [str(row[field]) for row in rows for field in fields if row.get(field) is not None]
    assert shown
    assert [text for text in shown if re.search(r"[A-Za-z]", text)] == []


def test_no_text_field_is_absent_from_the_data(chart: alt.LayerChart) -> None:
    spec = chart.to_dict()
    for layer in layers(chart):
        records = spec["datasets"][layer.get("data", spec.get("data"))["name"]]
        made = {part["as"] for part in layer.get("transform", []) if "calculate" in part}
        used = {part["field"] for part in parts(layer["encoding"]) if "field" in part}
        assert not records or used - made <= set(records[0])


def test_colours_come_from_the_appearance(chart: alt.LayerChart) -> None:
    spec = chart.to_dict()
    assert set(spec["config"]) == {"axis", "legend"}
    assert "background" not in spec
    fixed = {match for match in re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\([^)]*\)", json.dumps(spec["layer"]))}
    assert fixed <= {"rgba(128,140,152,0.42)", "rgba(128,140,152,0.06)"}
    for part in parts(spec["layer"]):
        if part.get("type") == "nominal" and "domain" in part.get("scale", {}):
            assert part["scale"]["domain"] == [role.value for role in Role]


def test_is_as_wide_as_its_place_and_has_a_height(chart: alt.LayerChart) -> None:
    spec = chart.to_dict()
    assert spec["width"] == "container"
    assert 40 <= spec["height"] <= 1200


def test_sends_only_what_it_uses(chart: alt.LayerChart) -> None:
    sent = {field for records in chart.to_dict()["datasets"].values() for row in records for field in row}
    assert not sent & {"start", "label", "code", "category", "item"} - {
        part["field"] for part in parts(chart.to_dict()["layer"]) if "field" in part
    }


def test_specification_stays_when_only_the_data_change() -> None:
    changed = frames.periods().assign(numerator=lambda frame: frame["numerator"] // 2)
    first, second = (control_chart(frame, measure=MEASURE).to_dict() for frame in (frames.periods(), changed))
    assert first.pop("datasets") != second.pop("datasets")
    assert first == second


def test_a_reader_who_changes_a_specification_changes_nobody_elses() -> None:
    CHARTS["control"]().to_dict()["layer"].clear()
    assert CHARTS["control"]().to_dict()["layer"]


def test_properties_give_a_copy() -> None:
    chart = CHARTS["control"]()
    higher = chart.properties(height=777)
    assert higher.to_dict()["height"] == 777
    assert chart.to_dict()["height"] == 320


@pytest.mark.parametrize(
    ("draw", "frame"),
    [
        (control_chart, frames.periods()),
        (heat_map, frames.cells()),
        (pareto_chart, frames.items()),
        (interval_dots, frames.districts()),
        (comparison_chart, frames.kinds()),
        (ageing_chart, frames.ages()),
        (sparkline, frames.periods()),
    ],
)
def test_an_empty_frame_draws_and_a_lacking_one_is_refused(draw: Any, frame: pd.DataFrame) -> None:
    json.dumps(draw(frame.iloc[:0]).to_dict(validate=True), allow_nan=False)
    with pytest.raises(ValueError, match=frame.columns[0]):
        draw(frame.drop(columns=frame.columns[0]))
