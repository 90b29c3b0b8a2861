"""Events on a time axis: rebased limits, changed definitions. On narrow windows only their numbers are drawn.

Frame: period (2025, 20251 or 202501), text (Chinese, a few words).
"""

import pandas as pd

from lib.charts.labels import period_name


def placed_events(points: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """Events with the side their words lean to: the one that has room."""
    order = {period: place for place, period in enumerate(points["period"])}
    unknown = [period for period in events["period"] if period not in order]
    if unknown:
        raise ValueError(f"events at {unknown} lie outside the periods of the chart")
    signs = [event_sign(place) for place in range(len(events))]
    return events.assign(
        late=[order[period] * 2 >= len(order) for period in events["period"]],
        sign=signs,
        words=[f"{sign} {text}" for sign, text in zip(signs, events["text"], strict=True)],
    )


def event_sign(place: int) -> str:
    """The sign of an event on the chart: ① for the first, ② for the second and so on (at most twenty)."""
    if not 0 <= place < 20:
        raise ValueError(f"a chart can carry 20 events, this is number {place + 1}")
    return chr(ord("①") + place)


def events_note(events: pd.DataFrame) -> str:
    """The events in words, for the caption: narrow windows show their signs alone."""
    return "；".join(
        f"{event_sign(place)}{period_name(period)}：{text}"
        for place, (period, text) in enumerate(zip(events["period"], events["text"], strict=True))
    )
