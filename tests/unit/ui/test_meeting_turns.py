"""Presses and what they make of a meeting: each once, in order, slide and filters together."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from lib.access.agendas import Agenda, AgendaSlide
from lib.data.filters import Filters
from lib.ui.meeting_turns import (
    Press,
    Show,
    Stay,
    after_filtering,
    after_moving,
    after_pressing,
    presses_of,
    with_query,
)

PERIOD = "from=2025-01-01&to=2025-09-30"
SLIDES = tuple(AgendaSlide("unqualified-rate.course", f"{PERIOD}&district={code}") for code in "abc")
AGENDA = Agenda("n", "presenter", "主持", "会", 1, False, datetime(2025, 11, 3, tzinfo=UTC), SLIDES)
SHOW = Show(SLIDES, 1, 1, AGENDA, panel="", every=0, is_own=True)
QUERY = {"from": "2025-01-01", "to": "2025-09-30", "district": "a"}
STAY = Stay("t", SHOW.own, QUERY)
FILTERS = Filters(start=date(2025, 1, 1), end=date(2025, 9, 30), district="a")


def told(*presses: tuple[int, str, int], token: str = "t") -> dict[str, Any]:
    """What the browser tells."""
    return {
        "token": token,
        "presses": [
            {"number": number, "what": what, "to": to, "address": ""} for number, what, to in presses
        ],
    }


def standing(show: Show | None, stay: Stay) -> tuple[int, str, int]:
    """Slide, district and last press heard."""
    assert show is not None
    return show.number, stay.query["district"], stay.heard


def test_a_press_told_twice_counts_once() -> None:
    first = presses_of(told((1, "go", 2)), STAY)
    show, stay = after_pressing(SHOW, STAY, first)
    assert standing(show, stay) == (2, "b", 1)
    again = presses_of(told((1, "go", 2), (2, "go", 3)), stay)
    assert [press.number for press in again] == [2]
    assert show is not None
    assert standing(*after_pressing(show, stay, again)) == (3, "c", 2)


def test_presses_of_another_stay_are_none_of_this_one() -> None:
    assert presses_of(told((1, "go", 2), token="before"), STAY) == ()
    assert presses_of({}, STAY) == ()


@pytest.mark.parametrize(("to", "expected"), [(9, (3, "c", 1)), (0, (1, "a", 1))])
def test_no_press_leads_beyond_the_slides(to: int, expected: tuple[int, str, int]) -> None:
    assert standing(*after_pressing(SHOW, STAY, [Press(1, "go", to)])) == expected


def test_filters_of_a_slide_come_back_with_it() -> None:
    changed = after_filtering(replace(STAY, filters=FILTERS), FILTERS.with_(district="z"))
    assert changed.query["district"] == "z"
    there = after_pressing(SHOW, changed, [Press(1, "go", 2), Press(2, "go", 1)])
    assert standing(*there) == (1, "z", 2)


def test_filters_that_the_bar_showed_before_are_no_change() -> None:
    stay = replace(STAY, filters=FILTERS, before=FILTERS.with_(district="b"))
    for held in (None, FILTERS, FILTERS.with_(district="b")):
        assert after_filtering(stay, held) is stay


def test_panels_open_and_close_and_leaving_ends_it() -> None:
    show, _ = after_pressing(SHOW, STAY, [Press(1, "filter"), Press(2, "note")])
    assert show is not None
    assert show.panel == "note"
    show, _ = after_pressing(show, STAY, [Press(3, "note")])
    assert show is not None
    assert show.panel == ""
    left, stay = after_pressing(show, STAY, [Press(4, "leave"), Press(5, "go", 3)])
    assert (left, stay.heard) == (None, 4)


def test_the_history_of_the_browser_outdoes_what_was_pressed_before() -> None:
    address = f"?agenda=n&slide=3&version=1&{PERIOD}&district=y"
    stay, presses = after_moving(STAY, (Press(1, "go", 2), Press(2, "moved", 0, address), Press(3, "go", 2)))
    assert stay.asked == {"agenda": "n", "slide": "3", "version": "1"}
    assert (stay.query["district"], stay.heard, presses) == ("y", 2, (Press(3, "go", 2),))


def test_the_start_of_a_meeting_gets_the_filters_of_its_slide() -> None:
    assert with_query(SHOW, replace(STAY, query={})).query == QUERY
    assert with_query(SHOW, replace(STAY, query={**QUERY, "district": "x"})).query["district"] == "x"
    odd = AgendaSlide("unqualified-rate.course", f"{PERIOD}&version=9&slide=7")
    bare = with_query(replace(SHOW, slides=(odd,)), replace(STAY, query={}))
    assert bare.query == {"from": "2025-01-01", "to": "2025-09-30"}
