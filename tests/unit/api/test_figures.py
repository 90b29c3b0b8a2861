"""The figures of the interface are those of the command line, its files those of the page."""

import csv
import io
import json
import random
from datetime import date, timedelta
from typing import Any

import pyarrow.parquet as pq
import pytest
from sqlalchemy import select

from lib.data.database import record_engine
from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot, open_snapshot
from lib.data.tables import sampling
from lib.export.csv import digest
from lib.export.extract import Extract, pieces
from lib.metrics.command import run_metric
from lib.metrics.extent import filter_values
from lib.metrics.registry import all_metrics
from tests.unit.api.conftest import Service, bearer

V1 = "/api/v1"
FIELDS = ("district", "category", "stage", "tier", "sampling", "side", "purpose", "source")
SETS = 200


def asked(draw: random.Random, snapshot: Snapshot) -> tuple[str, dict[str, Any]]:
    """A metric and what is asked of it, some of it wrong on purpose."""
    metric = draw.choice(list(all_metrics().values()))
    first = date(2021, 1, 1) + timedelta(days=draw.randrange(1500))
    words: dict[str, Any] = {}
    if draw.random() < 0.7:
        words |= {"start": first, "end": first + timedelta(days=draw.randrange(-5, 700))}
    words["by"] = draw.sample(metric.dimensions, min(len(metric.dimensions), draw.choice([0, 0, 1, 1, 2])))
    where = []
    for field in draw.sample(FIELDS, draw.choice([0, 1, 1, 2])):
        values = filter_values(snapshot, field, Scope.everything())
        chosen = draw.sample(list(values), min(len(values), draw.choice([1, 1, 2])))
        if field == "district":
            chosen = [draw.choice(["341202", "341225", "341282", "阜阳市", "340000"])]
        elif draw.random() < 0.3:
            chosen = [values[one] for one in chosen]
        where.append(f"{field}={','.join(chosen)}")
    words["where"] = where
    if metric.parameters and draw.random() < 0.5:
        words["parameters"] = [f"{metric.parameters[0].name}={draw.randrange(0, 4)}"]
    return metric.id, words


def address(metric: str, words: dict[str, Any], *, draw: random.Random) -> tuple[str, list[tuple[str, str]]]:
    query: list[tuple[str, str]] = [("format", "json")]
    query += [
        (name, words[own].isoformat()) for name, own in (("from", "start"), ("to", "end")) if own in words
    ]
    if words["by"]:
        query.append(("by", ",".join(words["by"])))
    for condition in words["where"]:
        name, _, text = condition.partition("=")
        # Both spellings: that of the command line and that of a page's address.
        query.append(("where", condition) if draw.random() < 0.5 else (name, text))
    query += [("parameter", text) for text in words.get("parameters", ())]
    return f"{V1}/metrics/{metric}", query


def on_the_command_line(service: Service, metric: str, words: dict[str, Any]) -> Any:
    """The JSON document of `manage.py metric`, or the sentence it refuses with."""
    try:
        return json.loads(run_metric(service.world.snapshots, metric, output_format="json", **words))
    except ValueError as error:
        return str(error)


def test_figures_equal_the_command_line_over_random_filters(service: Service) -> None:
    draw = random.Random(20251103)
    snapshot = open_snapshot(service.world.snapshots, Scope.everything())
    headers = bearer(service.token())
    answered = refused = rows = 0
    for _ in range(SETS):
        metric, words = asked(draw, snapshot)
        place, query = address(metric, words, draw=draw)
        answer = service.client.get(place, params=query, headers=headers)
        expected = on_the_command_line(service, metric, words)
        if isinstance(expected, str):
            assert (answer.status_code, answer.json()["detail"]) == (400, expected), (metric, words)
            refused += 1
            continue
        assert answer.status_code == 200, (metric, words, answer.text)
        found = answer.json()
        for name in (
            "rows",
            "metric",
            "unit",
            "sentence",
            "as_of",
            "version",
            "from",
            "to",
            "by",
            "parameters",
        ):
            assert found[name] == expected[name], (metric, words, name)
        assert int(answer.headers["x-row-count"]) == len(expected["rows"]) == found["row_count"]
        answered, rows = answered + 1, rows + len(expected["rows"])
    assert answered > SETS / 2, "the sets must not all be wrong"
    assert refused > 5
    assert rows > SETS / 2


@pytest.mark.parametrize("form", ["csv", "json", "parquet", "xlsx", "package"])
@pytest.mark.parametrize(
    ("place", "query", "extract"),
    [
        (
            "metrics/unqualified_rate",
            {"by": "division"},
            {"kind": "metric", "name": "unqualified_rate", "by": ("division",)},
        ),
        (
            "metrics/unqualified_rate/rows",
            {"part": "denominator"},
            {"kind": "rows", "name": "unqualified_rate", "part": "denominator"},
        ),
        ("tables/sample", {}, {"kind": "table", "name": "sample"}),
        ("tables/sample", {"personal": "1"}, {"kind": "table", "name": "sample", "personal": True}),
        ("tables/item_group", {}, {"kind": "table", "name": "item_group"}),
    ],
)
def test_files_are_those_of_the_page(
    service: Service, form: str, place: str, query: dict[str, str], extract: dict[str, Any]
) -> None:
    period = {"from": "2025-01-01", "to": "2025-06-30", "district": "341225"}
    answer = service.client.get(
        f"{V1}/{place}", params={**query, **period, "format": form}, headers=bearer(service.token())
    )
    assert answer.status_code == 200, answer.text
    filters = Filters(start=date(2025, 1, 1), end=date(2025, 6, 30), district="341225")
    everything = Scope.everything()
    snapshot = open_snapshot(service.world.snapshots, everything)
    of_the_page = b"".join(pieces(snapshot, Extract(filters=filters, form=form, **extract), everything))  # type: ignore[arg-type]
    assert answer.content == of_the_page


def test_rows_are_as_many_as_the_records_hold(service: Service) -> None:
    period = {"from": "2024-01-01", "to": "2024-12-31"}
    headers = bearer(service.token())
    answer = service.client.get(f"{V1}/tables/sample", params={**period, "sampling": "全部"}, headers=headers)
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    with record_engine(service.world.database_url).connect() as connection:
        table = sampling.sample
        held = select(table.c.sample_no).where(
            table.c.sampled_on.between(date(2024, 1, 1), date(2024, 12, 31)), table.c.version_to.is_(None)
        )
        stored = sorted(connection.scalars(held))
    assert sorted(row["抽样编号"] for row in rows) == stored
    assert int(answer.headers["x-row-count"]) == len(stored) > 500
    behind = service.client.get(f"{V1}/metrics/unqualified_batches/rows", params=period, headers=headers)
    figure = service.client.get(
        f"{V1}/metrics/unqualified_batches", params={**period, "format": "json"}, headers=headers
    )
    assert int(behind.headers["x-row-count"]) == figure.json()["rows"][0]["numerator"] > 0


def test_what_was_taken_is_registered_and_can_be_taken_again(service: Service) -> None:
    from lib.access.extracts import recent_extracts

    headers = bearer(service.token())
    first = service.client.get(f"{V1}/tables/sample?where=stage=餐饮&format=parquet", headers=headers)
    service.register.close()
    ((taken, _),) = recent_extracts(service.engine, "analyst", 5)
    assert (taken.door, taken.row_count) == ("api", int(first.headers["x-row-count"]))
    assert taken.sha256 == digest(first.content)
    assert taken.data_version == 1
    assert "餐饮" in taken.sentence
    assert pq.read_table(io.BytesIO(first.content)).num_rows == taken.row_count
    again = service.client.head(f"{V1}/{taken.query}", headers=headers)
    assert again.headers["etag"] == first.headers["etag"]
