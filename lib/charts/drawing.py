"""How a chart is put together: its plan once per kind of chart, its data every time.

Writing a layered chart in Altair and checking it against the schema costs far more time than its data. A module
therefore writes a *plan*: layers over named data, a pure function of words and of the kinds of marks that occur,
compiled to Vega-Lite once and kept. `drawing` joins a plan with the frames of the moment. Because the specification
stays the same when a filter changes, the browser keeps its view too and only takes the new rows.
"""

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache, wraps
from threading import Lock
from typing import Any, Final, ParamSpec

import altair as alt
import pandas as pd
import pyarrow as pa
from altair.utils.schemapi import debug_mode

from lib.charts.theme import IS_NARROW, NOTE_COLOUR, Role, constant

Parameters = ParamSpec("Parameters")
_ROLE_COLUMNS: Final = {constant(role): role.value for role in Role}
_COMPILING: Final = Lock()
KEY_HEIGHT: Final = 22
AXIS_HEIGHT: Final = 40
CLOSEST: Final = "closest"


@dataclass(frozen=True, kw_only=True)
class Sketch:
    """Layers from back to front; room in pixels at the right and top for words; the roles that a key explains.

    `own_fills`: every layer has a fill scale of its own (shades of a rate beside the colours of roles).
    `key_columns`: entries of the key side by side in a narrow window; two where names stand left of the plot.
    """

    layers: Sequence[alt.Chart]
    right: int = 0
    top: int = 0
    roles: tuple[str, ...] = ()
    own_fills: bool = False
    key_columns: int = 3


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A compiled sketch: its Vega-Lite parts, the columns of the data it uses, the pixels around its plot."""

    parts: Mapping[str, Any]
    columns: frozenset[str]
    around: int


class Drawing(alt.LayerChart):
    """A layer chart made from a plan. Its parts are compiled already and are checked again only on request."""

    _sent: dict[str, Any] | None = None

    def to_dict(self, validate: bool = False, **options: Any) -> dict[str, Any]:
        """The Vega-Lite specification; with ``validate=True`` it is checked against the schema (the tests do)."""
        parts = {name: part for name, part in self._kwds.items() if part is not alt.Undefined}
        data = {"datasets": parts.pop("datasets")} if "datasets" in parts else {}
        specification = deepcopy(parts) | data
        if validate:
            alt.LayerChart.from_dict(specification, validate=True)
        return specification

    def for_browser(self) -> dict[str, Any]:
        """The specification with its data as Arrow IPC bytes, made once: a drawing is sent at every run of a page.

        It is shared: whoever takes it may change its first level only in a copy, as ``st.vega_lite_chart`` does.
        """
        if self._sent is None:
            parts = {name: part for name, part in self._kwds.items() if part is not alt.Undefined}
            data = {name: _arrow_bytes(records) for name, records in parts.pop("datasets").items()}
            object.__setattr__(self, "_sent", parts | {"datasets": data})
        return dict(self._sent or {})

    def copy(self, deep: bool | Iterable[Any] = True, ignore: list[str] | None = None) -> "Drawing":
        """A drawing with the same parts; `properties()` needs it."""
        twin = Drawing(layer=[])
        for name, part in self._kwds.items():
            twin[name] = part
        return twin


def planned(sketch: Callable[Parameters, Sketch]) -> Callable[Parameters, Plan]:
    """Compile what a sketch function returns, once for each set of its (hashable) arguments."""

    @lru_cache(maxsize=256)
    @wraps(sketch)
    def plan(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Plan:
        # Altair's switch is global, hence the lock.
        with _COMPILING, debug_mode(False):
            return _compiled(sketch(*args, **kwargs))

    return plan  # type: ignore[return-value]


def _compiled(sketch: Sketch) -> Plan:
    key = legend(sketch.roles, sketch.key_columns)
    for layer in sketch.layers:
        for channel in ("color", "shape"):
            definition = layer.encoding[channel]
            if definition is not alt.Undefined:
                definition["legend"] = key
    # Words above the plot stand between it and the key, or at the very top when there is no key.
    if key is not None:
        key["offset"] = 4 + sketch.top
    above = 0 if key is not None else sketch.top
    padding = {"left": 0, "top": 4 + above, "right": 6 + sketch.right, "bottom": 4}
    chart = alt.LayerChart(layer=list(sketch.layers)).properties(width="container", padding=padding)
    if sketch.own_fills:
        chart = chart.resolve_scale(fill="independent")
    parts = chart.to_dict(validate=False)
    # Outside Streamlit, Altair's own appearance would be written into the plan.
    parts["config"] = {
        "axis": {"labelColor": {"expr": NOTE_COLOUR}, "titleColor": {"expr": NOTE_COLOUR}},
        "legend": {"labelColor": {"expr": NOTE_COLOUR}},
    }
    rows_of_key = 0 if key is None else math.ceil(len(key.values) / sketch.key_columns)
    around = AXIS_HEIGHT + sketch.top + KEY_HEIGHT * rows_of_key
    return Plan(parts=parts, columns=frozenset(_used(parts)), around=around)


def legend(roles: Iterable[str], columns: int) -> alt.Legend | None:
    """A key of the roles that occur, in the order of `Role`; none when nothing but ordinary points occurs.

    `columns` holds for narrow windows; others show up to four or six entries in one line.
    """
    given = set(roles)
    present = [role.value for role in Role if role.value in given]
    if present in ([], [Role.WITHIN.value]):
        return None
    return alt.Legend(
        title=None,
        orient="top",
        values=present,
        symbolSize=70,
        labelFontSize=12,
        labelLimit=130,
        columns=alt.ExprRef(expr=f"{IS_NARROW} ? {columns} : windowSize()[0] < 1280 ? 4 : 6"),
        offset=4,
    )


def _used(part: Any) -> Iterator[str]:
    """Names of the columns that a specification refers to."""
    if isinstance(part, Mapping):
        for name, value in part.items():
            if name == "field" and isinstance(value, str):
                yield value
            elif name in ("filter", "calculate") and isinstance(value, str):
                yield from re.findall(r"datum\.(\w+)", value)
            else:
                yield from _used(value)
    elif isinstance(part, list):
        for value in part:
            yield from _used(value)


def named(name: str) -> alt.Chart:
    """A layer over the frame that `drawing` is given under this name."""
    return alt.Chart(alt.NamedData(name))


def drawing(
    plan: Plan, frames: Mapping[str, pd.DataFrame], *, height: int = 0, rows: int = 0, closest: float = 0.5
) -> Drawing:
    """Join a plan with its frames; only the columns that the plan uses leave for the browser.

    `height` is that of the whole chart in pixels; with `rows` it is made for a plot of so many pixels. `closest`: the
    share of its height to which a picture may press it before its words stand on each other.
    """
    chart = Drawing(layer=[])
    for name, part in plan.parts.items():
        chart[name] = part
    chart["height"] = height or plan.around + rows
    chart["usermeta"] = {CLOSEST: closest}
    chart["datasets"] = {name: _records(frame, plan.columns) for name, frame in frames.items()}
    return chart


def _records(frame: pd.DataFrame, columns: frozenset[str]) -> list[dict[str, Any]]:
    kept = [name for name in frame.columns if name in columns]
    roles = {name: value for name, value in _ROLE_COLUMNS.items() if name in columns}
    rows = zip(*(frame[name].astype(object) for name in kept), strict=True)
    return [{name: _plain(value) for name, value in zip(kept, row, strict=True)} | roles for row in rows]


def _arrow_bytes(records: list[dict[str, Any]]) -> bytes:
    table = pa.Table.from_pandas(pd.DataFrame(records), preserve_index=False)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def _plain(value: Any) -> Any:
    """A value that JSON can hold; missing and infinite are null."""
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def roles_of(points: pd.DataFrame) -> tuple[str, ...]:
    """The roles that occur in a prepared frame, in the order of `Role`: what a plan needs to know of the data."""
    occurring = set(points["role"])
    return tuple(role.value for role in Role if role.value in occurring)
