"""Colours of `.streamlit/config.toml`: one per role, legible on light and dark, flags apart from everything else."""

import tomllib
from itertools import combinations
from pathlib import Path

import pytest

from lib.charts.theme import FLAGGED, NOTE_COLOURS, SHAPES, Role

SETTINGS = tomllib.loads((Path(__file__).parents[3] / ".streamlit" / "config.toml").read_text("utf-8"))
THEMES = ("light", "dark")
WORDS = (Role.TEXT, Role.NOTE)


def luminance(colour: str) -> float:
    """WCAG 2.1, relative luminance."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """WCAG 2.1, contrast ratio."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def colours(theme: str) -> dict[Role, str]:
    return dict(zip(Role, SETTINGS["theme"][theme]["chartCategoricalColors"], strict=True))


def test_the_measure_of_contrast_is_right() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # known from WCAG discussions


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("surface", ["backgroundColor", "secondaryBackgroundColor"])
def test_every_role_is_legible(theme: str, surface: str) -> None:
    settings = SETTINGS["theme"][theme]
    assert contrast(settings["textColor"], settings[surface]) >= 4.5
    for role, colour in colours(theme).items():
        assert contrast(colour, settings[surface]) >= (4.5 if role in WORDS else 3.0), role


@pytest.mark.parametrize("theme", THEMES)
def test_axes_and_keys_have_the_colour_of_notes(theme: str) -> None:
    assert colours(theme)[Role.NOTE] == NOTE_COLOURS[theme]
    assert (luminance(SETTINGS["theme"][theme]["backgroundColor"]) > 0.4) == (theme == "light")


@pytest.mark.parametrize("theme", THEMES)
def test_text_is_legible_on_every_shade_and_shades_are_one_quiet_scale(theme: str) -> None:
    shades = SETTINGS["theme"][theme]["chartSequentialColors"]
    assert len(shades) == 10
    text = colours(theme)[Role.TEXT]
    assert min(contrast(text, shade) for shade in shades) >= 4.5
    steps = [luminance(shade) for shade in shades]
    assert steps == sorted(steps, reverse=theme == "light")
    # One hue: blue leads green leads red in every shade.
    for shade in shades:
        red, green, blue = (int(shade[start : start + 2], 16) for start in (1, 3, 5))
        assert red <= green <= blue


@pytest.mark.parametrize("theme", THEMES)
def test_flag_marks_are_legible_on_the_darkest_shade(theme: str) -> None:
    palette, shades = colours(theme), SETTINGS["theme"][theme]["chartSequentialColors"]
    for role in (Role.ABOVE_998, Role.ABOVE_95, Role.BELOW_95, Role.BELOW_998):
        assert min(contrast(palette[role], shade) for shade in shades) >= 2.4


@pytest.mark.parametrize("theme", THEMES)
def test_colour_means_a_flag_and_nothing_else(theme: str) -> None:
    palette = colours(theme)
    flags = {palette[role] for role in FLAGGED}
    plain = {palette[role] for role in Role if role not in FLAGGED}
    assert not flags & plain
    assert len({palette[role] for role in (Role.ABOVE, Role.BELOW, Role.RUN)}) == 3
    for colour in plain:
        channels = [int(colour[start : start + 2], 16) for start in (1, 3, 5)]
        assert max(channels) - min(channels) <= 48, "an ordinary mark is grey or nearly so"


def test_no_two_flags_look_alike_without_colour() -> None:
    control = (Role.WITHIN, Role.ABOVE, Role.BELOW, Role.RUN, Role.PROVISIONAL)
    funnel = (*(FLAGGED - {Role.ABOVE, Role.BELOW, Role.RUN}), Role.WITHIN, Role.SMALL)
    for roles in (control, funnel):
        for one, other in combinations(roles, 2):
            assert SHAPES[one] != SHAPES[other], (one, other)


def test_no_font_is_fetched_from_elsewhere() -> None:
    theme = SETTINGS["theme"]
    for name in ("font", "headingFont", "codeFont"):
        assert "http" not in theme[name]
    assert "Noto Sans CJK SC" in theme["font"]
