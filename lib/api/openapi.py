"""The interface described for programs: OpenAPI 3.1, made from the declarations of metrics, dimensions and tables."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Final

from lib.api.catalogue import ROOT
from lib.api.parameters import FILTER_WORDS, PARTS
from lib.data.filters import MULTIPLE, SIDE_NAMES
from lib.export.dictionary import metric_columns
from lib.export.formats import MEDIA_TYPES
from lib.metrics.dimensions import DIMENSIONS
from lib.metrics.metric import Metric
from lib.metrics.registry import all_metrics
from lib.metrics.row_columns import FileColumn
from lib.metrics.tables import readable_tables

OPENAPI_ADDRESS: Final = "/api/openapi.json"
Document = dict[str, Any]

_TYPES: Final[Mapping[str, Document]] = {
    "文本": {"type": ["string", "null"]},
    "整数": {"type": ["integer", "null"]},
    "小数": {"type": ["number", "null"]},
    "数字": {"type": ["number", "null"]},
    "日期": {"type": ["string", "null"], "format": "date"},
    "时间": {"type": ["string", "null"]},
    "是/否": {"type": ["boolean", "null"]},
}
_HEADERS: Final[Mapping[str, str]] = {
    "X-Row-Count": "行数，先于内容给出；收到的行数不同即不完整",
    "X-Data-Version": "数据版本",
    "X-As-Of": "数据截至日",
    "X-Synthetic": "true：合成的演示数据，不代表真实情况",
    "X-Filter-Sentence": "筛选条件的中文说明（百分号编码的 UTF-8）",
    "ETag": "同一数据版本、同一条件、同一范围不变；随 If-None-Match 发回，未变则答 304",
}
_PROBLEMS: Final[Mapping[str, str]] = {
    "400": "条件有误，detail 说明怎样改",
    "401": "没有登录，或访问令牌无效",
    "403": "超出可见范围或权限",
    "404": "没有这个指标、数据表或数据版本",
    "416": "不支持分段下载",
    "429": "同时取数太多，按 Retry-After 再试",
    "500": "系统出错，detail 有编号，请告诉系统管理员",
    "409": "刚才另有一张表对外提供，须重新请求（只用于小数保护）",
    "503": "暂时没有可用的数据或记录数据库",
    "505": "须用 HTTP/1.1",
}


@cache
def openapi_document() -> Document:
    """The whole description; the same for every reader, as it holds declarations and no data."""
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": "食安把脉取数接口",
            "version": "1",
            "description": "与页面和命令行相同的口径、相同的数字；按登录账号或访问令牌的属地范围取数。"
            "文件要么完整，要么以错误中断。率为小数（0.0234 即 2.34%），空值表示缺失，不是零。",
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}, {"session": []}],
        "paths": dict(_paths()),
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "在“接口”页创建的访问令牌"},
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "__Host-bamai-session",
                    "description": "浏览器登录后自带；演示环境中名为 bamai-session",
                },
            },
            "parameters": _shared_parameters(),
            "headers": {
                name: {"description": text, "schema": {"type": "string"}} for name, text in _HEADERS.items()
            },
            "responses": _problem_answers(),
            "schemas": dict(_schemas()),
        },
    }


def _paths() -> Iterator[tuple[str, Document]]:
    yield f"{ROOT}/metrics", _listing("metrics", "全部指标及其分组、参数")
    yield f"{ROOT}/tables", _listing("tables", "全部数据表及其列")
    for metric in all_metrics().values():
        yield (
            f"{ROOT}/metrics/{metric.id}",
            _operation(
                metric.id, metric.name, metric.description, _figure_parameters(metric), f"metric.{metric.id}"
            ),
        )
        part = {"name": "part", "in": "query", "description": "分子或分母的明细", "schema": _one_of(PARTS)}
        own = [part, *_numbers(metric), *_references("parameter", "as_of", "personal")]
        yield (
            f"{ROOT}/metrics/{metric.id}/rows",
            _operation(f"{metric.id}.rows", f"{metric.name}明细", "数字背后的逐条记录。", own, "rows"),
        )
    for table in readable_tables().values():
        yield (
            f"{ROOT}/tables/{table.name}",
            _operation(
                f"tables.{table.name}",
                table.title,
                table.meaning,
                _references("personal"),
                f"table.{table.name}",
            ),
        )


def _listing(name: str, summary: str) -> Document:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}
    answers = {"200": {"description": summary, "content": content}}
    return {
        "get": {"operationId": f"list.{name}", "summary": summary, "responses": answers | _problems("401")}
    }


def _operation(name: str, summary: str, description: str, own: list[Document], schema: str) -> Document:
    content: Document = {
        media_type.partition(";")[0]: {"schema": {"type": "string", "contentMediaType": media_type}}
        for media_type in MEDIA_TYPES.values()
    }
    content["application/json"] = {"schema": {"$ref": f"#/components/schemas/{schema}"}}
    headers = {header: {"$ref": f"#/components/headers/{header}"} for header in _HEADERS}
    found = {"description": "完整的文件", "headers": headers, "content": content}
    return {
        "get": {
            "operationId": name,
            "summary": summary,
            "description": description,
            "parameters": [*_references("from", "to", "where", *FILTER_WORDS, "format", "version"), *own],
            "responses": {"200": found, "304": {"description": "没有变化"}} | _problems(*_PROBLEMS),
        }
    }


def _figure_parameters(metric: Metric) -> list[Document]:
    names = "、".join(f"{name}（{DIMENSIONS[name].name}）" for name in metric.dimensions)
    items = _one_of(metric.dimensions) if metric.dimensions else {"type": "string"}
    by = {
        "name": "by",
        "in": "query",
        "description": f"分组，可多个：{names}",
        "explode": False,
        "schema": {"type": "array", "items": items},
    }
    return [by, *_numbers(metric), *_references("parameter", "as_of", "protect", "reason")]


def _numbers(metric: Metric) -> list[Document]:
    return [
        {
            "name": one.name,
            "in": "query",
            "description": one.label,
            "schema": {"type": "integer", "minimum": one.minimum, "default": one.default},
        }
        for one in metric.parameters
    ]


def _shared_parameters() -> Document:
    day: Document = {"type": "string", "format": "date"}
    own: dict[str, tuple[str, Document]] = {
        "from": ("起始日期（含）；不写则从最早的记录起", day),
        "to": ("截止日期（含）；不写则到最晚的记录止", day),
        "where": (
            "筛选，写法同 manage.py metric：名称=取值，可重复；取值为代码或中文名称",
            {"type": "array", "items": {"type": "string"}},
        ),
        "format": ("文件格式", {**_one_of(MEDIA_TYPES), "default": "csv"}),
        "version": ("数据版本；不写则为最新", {"type": "integer", "minimum": 1}),
        "as_of": ("时限算至哪一天；不写则为数据截至日", day),
        "parameter": (
            "指标的参数，写法同 manage.py metric，如 k=3",
            {"type": "array", "items": {"type": "string"}},
        ),
        "protect": ("1：小数保护，对外提供时用，须同时写明 reason", _one_of(("0", "1"))),
        "reason": ("对外提供的事由，登记备查", {"type": "string", "minLength": 4, "maxLength": 200}),
        "personal": ("1：含涉及个人的列（统计岗、系统管理员）", _one_of(("0", "1"))),
    }
    for name, label in FILTER_WORDS.items():
        more = "，多个用逗号分隔" if name in MULTIPLE else ""
        own[name] = (label + more, _one_of(SIDE_NAMES) if name == "side" else {"type": "string"})
    return {
        name: {"name": name, "in": "query", "description": text, "schema": schema}
        for name, (text, schema) in own.items()
    }


def _problem_answers() -> Document:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/problem"}}}
    return {f"problem_{code}": {"description": text, "content": content} for code, text in _PROBLEMS.items()}


def _schemas() -> Iterator[tuple[str, Document]]:
    texts = {"type": "string"}
    yield (
        "problem",
        {
            "type": "object",
            "required": ["title", "status", "detail"],
            "properties": {"title": texts, "status": {"type": "integer"}, "detail": texts, "instance": texts},
        },
    )
    for name in ("metrics", "tables"):
        listed = {"type": "array", "items": {"type": "object"}}
        yield name, {"type": "object", "required": [name], "properties": {name: listed}}
    yield "rows", _file((), {"metric": texts, "part": texts, "table": texts})
    for metric in all_metrics().values():
        columns = metric_columns(metric, metric.dimensions)
        yield f"metric.{metric.id}", _file(columns, {"metric": {"const": metric.id}, "unit": texts})
    for table in readable_tables().values():
        yield f"table.{table.name}", _file(table.columns, {"table": {"const": table.name}})


def _file(columns: Iterable[FileColumn], subject: Document) -> Document:
    """The JSON form of a file: what it takes to quote it, then its rows."""
    texts = {"type": "string"}
    named = {one.heading: {**_TYPES[one.kind], "description": one.meaning} for one in columns}
    row = {"type": "object", "properties": named}
    properties: Document = {
        **subject,
        **{name: texts for name in ("title", "sentence")},
        "as_of": {"type": "string", "format": "date"},
        "version": {"type": "integer"},
        "is_synthetic": {"type": "boolean"},
        "row_count": {"type": "integer", "minimum": 0},
        "rows": {"type": "array", "items": row},
    }
    return {"type": "object", "required": ["version", "row_count", "rows"], "properties": properties}


def _references(*names: str) -> list[Document]:
    return [{"$ref": f"#/components/parameters/{name}"} for name in names]


def _problems(*codes: str) -> Document:
    return {code: {"$ref": f"#/components/responses/problem_{code}"} for code in codes}


def _one_of(values: Iterable[str]) -> Document:
    return {"type": "string", "enum": list(values)}
