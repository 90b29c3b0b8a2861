"""What presses make of a meeting: which slide is on the wall, with which filters. Plain values, no session."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from lib.access.agendas import Agenda, AgendaSlide
from lib.data.filters import Filters
from lib.ui import meeting_address as address

PANELS: Final = ("filter", "note")
#: What a press is called that says where a step in the browser's history led.
MOVED: Final = "moved"
#: The number of an agenda, the number of a slide in it, and the slide: the order may have been changed meanwhile.
Visited = tuple[str, int, AgendaSlide]


@dataclass(frozen=True)
class Show:
    """What is shown: the slides, the number of this one from 1, the data version. One page alone has no agenda."""

    slides: tuple[AgendaSlide, ...]
    number: int
    version: int
    agenda: Agenda | None
    panel: str
    every: int
    is_own: bool

    @property
    def slide(self) -> AgendaSlide:
        """The slide on the wall."""
        return self.slides[self.number - 1]

    @property
    def visited(self) -> Visited:
        """The slide on the wall, as its filters are remembered by."""
        return (self.agenda.agenda_no if self.agenda is not None else "", self.number, self.slide)

    @property
    def own(self) -> dict[str, str]:
        """The show's parameters of the address."""
        values = {
            address.AGENDA: self.agenda.agenda_no if self.agenda is not None else None,
            address.SLIDE: self.number if self.agenda is not None else None,
            address.SHOW: None if self.agenda is not None else self.slide.slide,
            address.VERSION: self.version,
            address.PANEL: self.panel,
            address.EVERY: self.every or None,
        }
        return {name: str(value) for name, value in values.items() if value not in (None, "")}


@dataclass(frozen=True)
class Press:
    """One press of the presenter, numbered from 1 in its stay: go (to a slide), filter, note, leave, or moved (in the
    browser's history, to an address)."""

    number: int
    what: str
    to: int = 0
    address: str = ""


@dataclass(frozen=True)
class Stay:
    """Where a meeting stands, from its first slide until it is left; kept whole, so that no part of it is ahead.

    The browser's address comes along with every press, but late: what it says counts when one arrives by it, and when
    one goes back in the browser's history. `heard`: the last press that is in here. `asked`: parameters of the address,
    `query` those of the page that the slide shows. `live`: filters of slides left before. `filters`: those that the
    filter bar shows, `before` those it showed while these were being put there. `sent`: the address written last.
    """

    token: str
    asked: Mapping[str, str]
    query: Mapping[str, str]
    heard: int = 0
    live: Mapping[Visited, Mapping[str, str]] = field(default_factory=dict)
    filters: Filters | None = None
    before: Filters | None = None
    sent: Mapping[str, str] | None = None

    def at(self, whole: Mapping[str, str]) -> "Stay":
        """This stay at another address."""
        own = {name: value for name, value in whole.items() if address.is_own(name)}
        return replace(self, asked=own, query=address.page_query(whole), sent=whole)


def presses_of(told: Mapping[str, Any], stay: Stay) -> tuple[Press, ...]:
    """What the browser tells and the stay has not heard; presses of another stay are none of its."""
    if told.get("token") != stay.token:
        return ()
    presses = (
        Press(int(one["number"]), str(one["what"]), int(one["to"]), str(one["address"]))
        for one in told.get("presses", ())
    )
    return tuple(press for press in presses if press.number > stay.heard)


def after_moving(stay: Stay, presses: tuple[Press, ...]) -> tuple[Stay, tuple[Press, ...]]:
    """Where the browser's history led, and the presses since: what was pressed before counts no longer."""
    places = [place for place, press in enumerate(presses) if press.what == MOVED]
    if not places:
        return stay, presses
    last = presses[places[-1]]
    query = address.query_of(last.address.removeprefix("?"))
    # What was written last may have taken the browser away from there again.
    moved = replace(stay.at(query), heard=last.number, filters=None, sent=None)
    return moved, presses[places[-1] + 1 :]


def after_filtering(stay: Stay, held: Filters | None) -> Stay:
    """The stay with the filters of the filter bar, if they were changed there."""
    if stay.filters is None or held is None or held in (stay.filters, stay.before):
        return stay
    own = address.without_filters(stay.query)
    return replace(stay, query={**own, **held.to_query()}, filters=held)


def after_pressing(show: Show, stay: Stay, presses: Iterable[Press]) -> tuple[Show | None, Stay]:
    """Each press once and in order; no show when it is left."""
    for press in presses:
        stay = replace(stay, heard=press.number)
        if press.what == "go":
            show, stay = _turned(show, stay, press.to)
        elif press.what in PANELS:
            show = replace(show, panel="" if show.panel == press.what else press.what)
        elif press.what == "leave":
            return None, stay
    return show, stay


def with_query(show: Show, stay: Stay) -> Stay:
    """A stay without filters (the start of a meeting) gets those of the slide."""
    if "from" in stay.query:
        return stay
    return replace(stay, query={**_stored(show), **stay.query})


def _turned(show: Show, stay: Stay, to: int) -> tuple[Show, Stay]:
    """Another slide with its own filters, or with those it had when it was last on the wall in this meeting."""
    live = {**stay.live, show.visited: stay.query}
    target = replace(show, number=min(max(to, 1), len(show.slides)))
    return target, replace(stay, live=live, query=live.get(target.visited) or _stored(target))


def _stored(show: Show) -> dict[str, str]:
    # A stored slide says what its page shows, never which agenda, slide or version is on the wall.
    return address.page_query(address.query_of(show.slide.query))
