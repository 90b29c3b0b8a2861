"""The description of the interface is sound, and the interface keeps to it."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from lib.access.reception import Reception
from lib.access.watch import SessionWatch
from lib.api.openapi import openapi_document
from lib.api.problem import TITLES
from lib.metrics.registry import all_metrics
from lib.metrics.tables import readable_tables
from tests.unit.api.conftest import Service, bearer

DOCUMENT = openapi_document()
OPERATIONS = {path: item["get"] for path, item in DOCUMENT["paths"].items()}


def references(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [found for value in part.values() for found in references(value)]
    return [found for value in part for found in references(value)] if isinstance(part, list) else []


def resolved(reference: str) -> Any:
    part: Any = DOCUMENT
    for name in reference.removeprefix("#/").split("/"):
        part = part[name]
    return part


def parameters(operation: dict[str, Any]) -> dict[str, Any]:
    found = [resolved(one["$ref"]) if "$ref" in one else one for one in operation["parameters"]]
    return {one["name"]: one for one in found}


def validator(schema: str) -> Draft202012Validator:
    resource = Resource.from_contents(DOCUMENT, default_specification=DRAFT202012)
    registry = Registry().with_resource("urn:bamai", resource)
    return Draft202012Validator(
        {"$ref": f"urn:bamai#/components/schemas/{schema}"}, registry=registry, format_checker=FormatChecker()
    )


def test_it_is_openapi_3_1() -> None:
    assert DOCUMENT["openapi"].startswith("3.1.")
    assert {"title", "version"} <= set(DOCUMENT["info"])
    assert (
        {"openapi", "info", "paths"}
        <= set(DOCUMENT)
        <= {
            *(
                "openapi",
                "info",
                "jsonSchemaDialect",
                "servers",
                "paths",
                "webhooks",
                "components",
                "security",
            ),
            *("tags", "externalDocs"),
        }
    )
    assert all(path.startswith("/") for path in OPERATIONS)
    names = [operation["operationId"] for operation in OPERATIONS.values()]
    assert len(set(names)) == len(names)
    assert all(
        set(requirement) <= set(DOCUMENT["components"]["securitySchemes"])
        for requirement in DOCUMENT["security"]
    )


def test_every_reference_leads_somewhere() -> None:
    found = references(DOCUMENT)
    assert len(found) > 100
    assert all(resolved(reference) for reference in found)


def test_every_schema_is_a_json_schema() -> None:
    # Each schema once: hundreds of metrics have the same parameters and columns.
    schemas = {json.dumps(one) for one in DOCUMENT["components"]["schemas"].values()}
    for operation in OPERATIONS.values():
        for one in parameters(operation).values() if "parameters" in operation else ():
            assert set(one) <= {"name", "in", "description", "required", "schema", "style", "explode"}
            schemas.add(json.dumps(one["schema"]))
        for status, answer in operation["responses"].items():
            told = resolved(answer["$ref"]) if "$ref" in answer else answer
            assert status.isdigit()
            assert told["description"], "OpenAPI asks for it"
    columns = {}
    for text in schemas:
        schema = json.loads(text)
        rows = schema.get("properties", {}).get("rows", {}).get("items", {})
        columns.update({json.dumps(one): one for one in rows.pop("properties", {}).values()})
        Draft202012Validator.check_schema(schema)
    for one in columns.values():
        Draft202012Validator.check_schema(one)


def test_every_metric_and_table_is_described() -> None:
    wanted = {f"/api/v1/metrics/{name}{rows}" for name in all_metrics() for rows in ("", "/rows")}
    wanted |= {f"/api/v1/tables/{name}" for name in readable_tables()}
    assert set(OPERATIONS) == wanted | {"/api/v1/metrics", "/api/v1/tables"}
    rate = parameters(OPERATIONS["/api/v1/metrics/unqualified_rate"])
    assert rate["by"]["schema"]["items"]["enum"] == list(all_metrics()["unqualified_rate"].dimensions)
    assert "k" in parameters(OPERATIONS["/api/v1/metrics/clinic_assisted_eligible"])


@pytest.mark.parametrize(
    "place",
    [
        *("metrics/unqualified_rate", "metrics/unqualified_rate/rows", "metrics/clinic_assisted_eligible"),
        *("tables/sample", "tables/item_group", "tables/failing_item"),
    ],
)
def test_described_words_are_the_ones_that_are_understood(service: Service, place: str) -> None:
    answer = service.client.get(f"/api/v1/{place}?nonsense=1", headers=bearer(service.token()))
    understood = answer.json()["detail"].partition("可用：")[2].split("、")
    assert set(understood) == set(parameters(OPERATIONS[f"/api/v1/{place}"]))


@pytest.mark.parametrize("schema", ["metric.unqualified_rate", "table.sample", "table.item_group", "rows"])
def test_answers_keep_to_the_description(service: Service, schema: str) -> None:
    kind, _, name = schema.partition(".")
    place = {"metric": f"metrics/{name}?by=division,month&", "table": f"tables/{name}?"}.get(
        kind, "metrics/unqualified_batches/rows?"
    )
    answer = service.client.get(
        f"/api/v1/{place}from=2025-01-01&to=2025-03-31&format=json", headers=bearer(service.token())
    )
    found = answer.json()
    assert found["rows"]
    validator(schema).validate(found)
    broken = {**found, "rows": "none"}
    assert not validator(schema).is_valid(broken), "the schema can fail"


def test_headers_statuses_and_cookie_are_the_real_ones(service: Service) -> None:
    operation = OPERATIONS["/api/v1/tables/sample"]
    answer = service.client.get("/api/v1/tables/sample", headers=bearer(service.token()))
    own = {name for name in answer.headers if name.startswith("x-") or name == "etag"}
    assert own == {name.lower() for name in operation["responses"]["200"]["headers"]}
    # What is not GET is no operation of the description.
    assert {int(status) for status in operation["responses"]} == {200, 304, *TITLES} - {405}
    cookie = DOCUMENT["components"]["securitySchemes"]["session"]
    for is_demo in (False, True):
        desk = Reception(service.engine, SessionWatch(service.engine, demo_allowed=is_demo), is_demo)
        assert desk.cookie_name in cookie["name" if not is_demo else "description"].split()


def test_lists_and_problems_keep_to_the_description(service: Service) -> None:
    headers = bearer(service.token())
    for name in ("metrics", "tables"):
        validator(name).validate(service.client.get(f"/api/v1/{name}", headers=headers).json())
    validator("problem").validate(service.client.get("/api/v1/tables/nothing", headers=headers).json())
    assert service.client.get("/api/openapi.json", headers=headers).json() == DOCUMENT
