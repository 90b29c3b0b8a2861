"""Reading ledger files: one row of CSV becomes one claim, or is refused with its line and the reason.

The shipped ledger is ``data/reference/claims.csv``; what a bureau adds lies in ``data/claims/*.csv``, so that an
upgrade never overwrites it. A file is UTF-8 or, as spreadsheets write it, GB 18030.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import parse_qsl

from lib.data.database import PROJECT_FOLDER, REFERENCE_FOLDER
from lib.data.filters import MULTIPLE
from lib.metrics.claims import ONLY_TEXT, Claim, Ledger, Operator, Printed, RefusedRow, Statistic
from lib.metrics.claims_rules import problems_of

OWN_FOLDER: Final = PROJECT_FOLDER / "data" / "claims"
#: Written as the as-of day of a publication that names none.
UNSTATED: Final = "未注明"
COLUMNS: Final = (
    *(
        "id",
        "document",
        "claim",
        "published",
        "operator",
        "value",
        "value_to",
        "tolerance",
        "unit",
        "interval",
    ),
    *("metric", "query", "only", "by", "statistic", "groups", "parameters", "as_of", "reported", "terms"),
    *("derived", "note", "source"),
)
_QUERY_WORDS: Final = ("from", "to", "district", "side", *MULTIPLE)
_YES_NO: Final = {"yes": True, "no": False}
Word = TypeVar("Word", bound=StrEnum)


class BadCell(ValueError):
    """A cell that says nothing the ledger understands; the message is the reason."""


def ledger_files() -> tuple[Path, ...]:
    """The shipped ledger and the files a bureau added."""
    return (REFERENCE_FOLDER / "claims.csv", *sorted(OWN_FOLDER.glob("*.csv")))


def read_ledger(files: Iterable[Path] | None = None) -> Ledger:
    """Read the ledger files given, or all there are. Raises ValueError for a file without the ledger's columns."""
    rows = [row for file in (ledger_files() if files is None else files) for row in _rows(file)]
    claims: dict[str, Claim] = {}
    places: dict[str, RefusedRow] = {}
    refused: list[RefusedRow] = []
    for place, claim in rows:
        if claim is None:
            refused.append(place)
        elif claim.id in claims:
            refused.append(_because(place, f"编号 {claim.id} 重复；一个编号只登记一次"))
        else:
            claims[claim.id], places[claim.id] = claim, place
    while bad := {
        key: reasons for key, one in claims.items() if (reasons := tuple(problems_of(one, claims)))
    }:
        # A claim that stands on a refused one is refused in the next round.
        refused += [_because(places[key], f"{key}：{'；'.join(reasons)}") for key, reasons in bad.items()]
        claims = {key: one for key, one in claims.items() if key not in bad}
    return Ledger(tuple(claims.values()), tuple(sorted(refused, key=lambda row: (row.file, row.line))))


def _rows(file: Path) -> Iterator[tuple[RefusedRow, Claim | None]]:
    reader = csv.DictReader(io.StringIO(_text(file)))
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise ValueError(f"{file.name} 不是公开数字台账：缺少列 {'、'.join(missing)}")
    for row in reader:
        place = RefusedRow(file.name, reader.line_num, "")
        if row.get(None) or None in row.values():
            yield _because(place, "格数与表头不符；含逗号的格要加引号"), None
            continue
        try:
            yield place, claim_of({name: row[name].strip() for name in COLUMNS})
        except BadCell as fault:
            yield _because(place, f"{row['id']}：{fault}" if row["id"] else str(fault)), None


def _text(file: Path) -> str:
    content = file.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030")


def _because(place: RefusedRow, reason: str) -> RefusedRow:
    return RefusedRow(place.file, place.line, reason)


def claim_of(row: Mapping[str, str]) -> Claim:
    """The claim of one row. Raises `BadCell` for a cell that cannot be read."""
    lacking = [name for name in ("id", "document", "claim", "published", "operator") if not row[name]]
    if lacking:
        raise BadCell(f"缺少 {'、'.join(lacking)}")
    operator = _one_of(Operator, "operator", row["operator"])
    if operator not in ONLY_TEXT and not row["as_of"]:
        raise BadCell(f"缺少 as_of：填截至日期；公布时没有说的填“{UNSTATED}”")
    return Claim(
        id=row["id"],
        document=row["document"],
        sentence=row["claim"],
        published=row["published"],
        operator=operator,
        value=_number("value", row["value"]),
        value_to=_number("value_to", row["value_to"]),
        tolerance=printed.value if (printed := _number("tolerance", row["tolerance"])) else Fraction(0),
        unit=row["unit"],
        interval=_interval(row["interval"]),
        metric=row["metric"],
        query=_query(row["query"]),
        only={name: tuple(text.split(",")) for name, text in _pairs("only", row["only"]).items()},
        by=tuple(name.strip() for name in row["by"].split(",") if name.strip()),
        statistic=_one_of(Statistic, "statistic", row["statistic"]),
        groups=_whole("groups", row["groups"]),
        parameters=_pairs("parameters", row["parameters"]),
        as_of=None if row["as_of"] in ("", UNSTATED) else _day("as_of", row["as_of"]),
        reported=row["reported"],
        terms=tuple(row["terms"].replace("÷", "/").replace("×", "*").split()),
        is_derived=_yes(row["derived"]),
        note=row["note"],
        source=row["source"],
    )


def _one_of(kind: type[Word], name: str, text: str) -> Word:
    try:
        return kind(text)
    except ValueError as fault:
        allowed = "、".join(str(one) or "（空）" for one in kind)
        raise BadCell(f"{name} 没有“{text}”；可用：{allowed}") from fault


def _number(name: str, text: str) -> Printed | None:
    if not text:
        return None
    if not re.fullmatch(r"-?\d+(\.\d+)?", text):
        raise BadCell(f"{name}“{text}”不是 12、83.3 这样的数（不带千分位、单位和百分号）")
    return Printed(value=Fraction(text), decimals=len(text.partition(".")[2]))


def _whole(name: str, text: str) -> int | None:
    if text and not text.isdecimal():
        raise BadCell(f"{name}“{text}”不是整数")
    return int(text) if text else None


def _interval(text: str) -> tuple[Printed, Printed] | None:
    ends = [_number("interval", part.strip()) for part in text.split("—")] if text else []
    if not ends:
        return None
    if len(ends) != 2 or ends[0] is None or ends[1] is None:
        raise BadCell(f"interval“{text}”应写成 55.2—95.3")
    return ends[0], ends[1]


def _pairs(name: str, text: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(text, strict_parsing=True, keep_blank_values=False) if text else []
    except ValueError as fault:
        raise BadCell(f"{name}“{text}”应写成 名称=取值，多个用 & 连接") from fault
    if len(dict(pairs)) != len(pairs):
        raise BadCell(f"{name}“{text}”中有重复的名称；一个名称的几个取值用逗号隔开")
    return dict(pairs)


def _query(text: str) -> dict[str, str]:
    query = _pairs("query", text)
    unknown = [name for name in query if name not in _QUERY_WORDS]
    if unknown:
        raise BadCell(f"query 没有“{'、'.join(unknown)}”；可用：{'、'.join(_QUERY_WORDS)}")
    for name in ("from", "to"):
        if name in query:
            _day(f"query 的 {name}", query[name])
    return query


def _day(name: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as fault:
        raise BadCell(f"{name}“{text}”不是 2025-08-31 这样的真实日期") from fault


def _yes(text: str) -> bool:
    if text not in _YES_NO:
        raise BadCell(f"derived“{text}”应为 yes 或 no")
    return _YES_NO[text]
