"""An address names the extract whole; what cannot be read is refused."""

from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest

from lib.data.filters import Filters
from lib.export.address import address_of, split_address
from lib.export.csv import ExportError
from lib.export.extract import Extract

YEAR = Filters(start=date(2025, 1, 1), end=date(2025, 12, 31), district="341202", stage=("生产", "流通"))


def test_every_choice_stands_in_the_address() -> None:
    extract = Extract(
        kind="metric",
        name="repeat_offenders",
        filters=YEAR,
        by=("division", "month"),
        parameters=(("k", 3),),
        form="parquet",
        as_of=date(2025, 10, 1),
        protected=True,
    )
    address = urlsplit(address_of(extract, 42))
    assert address.path == "metrics/repeat_offenders"
    assert parse_qs(address.query) == {
        "from": ["2025-01-01"],
        "to": ["2025-12-31"],
        "district": ["341202"],
        "stage": ["流通,生产"],
        "by": ["division,month"],
        "as_of": ["2025-10-01"],
        "k": ["3"],
        "protect": ["1"],
        "format": ["parquet"],
        "version": ["42"],
    }


@pytest.mark.parametrize(("kind", "path"), [("table", "tables/sample"), ("rows", "metrics/sample/rows")])
def test_an_address_is_taken_apart_as_it_was_made(kind: str, path: str) -> None:
    extract = Extract(kind=kind, name="sample", filters=YEAR, personal=True)  # type: ignore[arg-type]
    address = address_of(extract, 7)
    assert address.startswith(f"{path}?")
    found = split_address(address)
    assert found[:2] == (kind, "sample")
    assert dict(found[2])["personal"] == "1"
    assert dict(found[2])["version"] == "7"


def test_records_without_a_date_have_no_period() -> None:
    extract = Extract(kind="table", name="sample", filters=YEAR.with_(undated=True))
    assert not {"from", "to"} & set(dict(split_address(address_of(extract))[2]))


@pytest.mark.parametrize("address", ["", "pages/sample?x=1", "metrics/a/b?x=1", "tables/a/rows"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ExportError, match="读不懂"):
        split_address(address)
