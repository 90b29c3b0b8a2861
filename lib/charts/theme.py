"""How marks look: one role per mark, its colour from the appearance settings, its shape from here.

A chart never names a colour. It names a role; the roles are the domain of one colour scale, and the colours are the
`chartCategoricalColors` of the appearance the reader chose (light or dark), assigned by position. Charts are therefore
shown with ``st.altair_chart(chart, theme="streamlit")``. Every flag has a shape of its own besides its colour.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import altair as alt
import pandas as pd


class Role(StrEnum):
    """What a mark stands for. The order is that of the colours in `.streamlit/config.toml`; legends print the words."""

    WITHIN = "界限内"
    ABOVE = "高于上限"
    BELOW = "低于下限"
    RUN = "连续偏移"
    PROVISIONAL = "暂定"
    ABOVE_998 = "高于99.8%界限"
    ABOVE_95 = "高于95%界限"
    BELOW_95 = "低于95%界限"
    BELOW_998 = "低于99.8%界限"
    CHANCE_ABOVE = "仅按偶然波动：高于"
    CHANCE_BELOW = "仅按偶然波动：低于"
    SMALL = "样本不足"
    TEXT = "文字"
    NOTE = "说明"
    GUIDE = "参考线"


#: Vega expression: a window about as wide as a phone, where words give way to marks.
IS_NARROW: Final = "windowSize()[0] < 640"

#: Vega expression: the colour of notes for axes and keys, which take no role and which Streamlit draws too pale.
#: The two values repeat those of `Role.NOTE` in `.streamlit/config.toml`; a test holds them together.
NOTE_COLOURS: Final = {"light": "#566370", "dark": "#a3afbb"}
NOTE_COLOUR: Final = f"luminance(background) > 0.4 ? '{NOTE_COLOURS['light']}' : '{NOTE_COLOURS['dark']}'"

#: Flag words of the result frames → role.
FLAG_ROLES: Final[dict[str, Role]] = {
    "": Role.WITHIN,
    "high": Role.ABOVE,
    "low": Role.BELOW,
    "run": Role.RUN,
    "high_95": Role.ABOVE_95,
    "high_998": Role.ABOVE_998,
    "low_95": Role.BELOW_95,
    "low_998": Role.BELOW_998,
}
#: Groups inside limits widened for over-dispersion whose exact 99.8 % tail marks them: a mark of its own.
_CHANCE_ROLES: Final = {"high_998": Role.CHANCE_ABOVE, "low_998": Role.CHANCE_BELOW}
FLAGGED: Final = (frozenset(FLAG_ROLES.values()) | set(_CHANCE_ROLES.values())) - {Role.WITHIN}


def role_of(flag: str, chance_flag: str = "") -> Role:
    """The role of a flag; of an unflagged group that chance alone would mark at 99.8 %, the one that says so."""
    return FLAG_ROLES[flag] if flag else _CHANCE_ROLES.get(chance_flag, Role.WITHIN)


def roles_of_groups(frame: pd.DataFrame) -> list[Role]:
    """`role_of` for each row of a frame with `flag` and, where limits may be widened, `chance_flag`."""
    chance = frame["chance_flag"].fillna("") if "chance_flag" in frame else [""] * len(frame)
    return [role_of(str(flag), str(by_chance)) for flag, by_chance in zip(frame["flag"], chance, strict=True)]


# Hollow marks are shapes with a hole (inner outline drawn the other way round), so that shape alone tells them apart.
_DISC = "M-0.9,0A0.9,0.9,0,1,1,0.9,0A0.9,0.9,0,1,1,-0.9,0Z"
_RING = _DISC + "M-0.55,0A0.55,0.55,0,1,0,0.55,0A0.55,0.55,0,1,0,-0.55,0Z"
_UP = "M0,-1.15L1.15,0.9L-1.15,0.9Z"
_UP_HOLLOW = _UP + "M0,-0.45L-0.56,0.53L0.56,0.53Z"
_DOWN = "M0,1.15L-1.15,-0.9L1.15,-0.9Z"
_DOWN_HOLLOW = _DOWN + "M0,0.45L0.56,-0.53L-0.56,-0.53Z"
# A chevron: neither filled nor hollow, so that it is not taken for a crossed limit.
_CHEVRON_UP = "M-1.2,0.35L0,-0.95L1.2,0.35L1.2,1.05L0,-0.2L-1.2,1.05Z"
_CHEVRON_DOWN = "M-1.2,-0.35L0,0.95L1.2,-0.35L1.2,-1.05L0,0.2L-1.2,-1.05Z"
_DIAMOND = "M0,-1.25L1.1,0L0,1.25L-1.1,0Z"

SHAPES: Final[dict[Role, str]] = {
    Role.WITHIN: _DISC,
    Role.ABOVE: _UP,
    Role.BELOW: _DOWN,
    Role.RUN: _DIAMOND,
    Role.PROVISIONAL: _RING,
    Role.ABOVE_998: _UP,
    Role.ABOVE_95: _UP_HOLLOW,
    Role.BELOW_95: _DOWN_HOLLOW,
    Role.BELOW_998: _DOWN,
    Role.CHANCE_ABOVE: _CHEVRON_UP,
    Role.CHANCE_BELOW: _CHEVRON_DOWN,
    Role.SMALL: _RING,
    Role.TEXT: _DISC,
    Role.NOTE: _DISC,
    Role.GUIDE: _DISC,
}
_DOMAIN: Final = [role.value for role in Role]


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A quantitative axis that several layers share."""

    axis: alt.Axis
    scale: alt.Scale

    def x(self, field: str) -> alt.X:
        """`field` along this axis, from left to right."""
        return alt.X(field=field, type="quantitative", axis=self.axis, scale=self.scale)

    def y(self, field: str) -> alt.Y:
        """`field` along this axis, upwards."""
        return alt.Y(field=field, type="quantitative", axis=self.axis, scale=self.scale)


def colour(field: str = "role") -> alt.Color:
    """Colour by the role named in `field`."""
    return alt.Color(field=field, type="nominal", scale=alt.Scale(domain=_DOMAIN))


def shape(field: str = "role") -> alt.Shape:
    """Shape by the role named in `field`."""
    scale = alt.Scale(domain=_DOMAIN, range=[SHAPES[role] for role in Role])
    return alt.Shape(field=field, type="nominal", scale=scale)


def constant(role: Role) -> str:
    """Name of the column that holds one role in every row; `drawing` adds those that a plan uses."""
    return f"role_{role.name.lower()}"


def painted(chart: alt.Chart, role: Role) -> alt.Chart:
    """Give every mark of a layer the colour of one role.

    It goes through `fill` or `stroke`, which leaves `color` to the flagged points: their key then shows colour and
    shape together, because both channels have the same domain.
    """
    scale = alt.Scale(domain=_DOMAIN)
    if chart.mark.type in ("line", "rule"):
        return chart.encode(stroke=alt.Stroke(field=constant(role), type="nominal", scale=scale, legend=None))
    return chart.encode(fill=alt.Fill(field=constant(role), type="nominal", scale=scale, legend=None))


def readable(chart: alt.Chart, role: Role) -> list[alt.Chart]:
    """Words that may stand on lines: first their rim in the colour of the surface, then the words themselves."""
    surface = alt.ExprRef(expr="background")
    rim = chart.copy()
    for name, value in (
        ("fill", surface),
        ("stroke", surface),
        ("strokeWidth", 3.5),
        ("strokeJoin", "round"),
    ):
        rim.mark[name] = value
    return [rim, painted(chart, role)]


def outlined(chart: alt.Chart, role: Role) -> alt.Chart:
    """Draw the outline of a layer's bars or boxes in the colour of one role."""
    scale = alt.Scale(domain=_DOMAIN)
    return chart.encode(stroke=alt.Stroke(field=constant(role), type="nominal", scale=scale, legend=None))


def hatch(stripes: int = 9, lean: float = 0.35) -> dict[str, Any]:
    """Diagonal stripes (a Vega-Lite gradient) for what is provisional or missing, in a grey for light and dark.

    `lean` turns the stripes (0: level); a gradient is measured in the mark's own box, so narrow boxes need a small one.
    """
    grey, clear = "rgba(128,140,152,0.42)", "rgba(128,140,152,0.06)"
    edges = [(step / stripes, (step + 0.35) / stripes, (step + 1) / stripes) for step in range(stripes)]
    stops = [
        {"color": paint, "offset": round(offset, 5)}
        for start, middle, end in edges
        for paint, offset in ((grey, start), (grey, middle), (clear, middle), (clear, end))
    ]
    length = (lean + 1) / (lean**2 + 1)
    end_point = {"x2": round(lean * length, 5), "y2": round(length, 5)}
    return {"gradient": "linear", "stops": stops, "x1": 0, "y1": 0, **end_point}
