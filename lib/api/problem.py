"""What goes wrong, said to a program: RFC 9457 problem documents with a Chinese sentence that names the mend."""

import logging
import secrets
from collections.abc import Mapping
from typing import Final

from starlette.responses import JSONResponse

from lib.access.errors import RecordsUnavailable
from lib.data.snapshot import QueryFailed, QueryTooSlow, SnapshotMissing
from lib.export.csv import ExportError
from lib.metrics.compute import UnknownDimension, WrongParameter
from lib.metrics.predicates import FilterNotApplicable, UnknownDistrict
from lib.metrics.protection import ProtectionRefused
from lib.metrics.question_words import WrongCondition
from lib.metrics.registry import UnknownMetric
from lib.metrics.tables import UnknownTable

LOGGER = logging.getLogger(__name__)

TITLES: Final[Mapping[int, str]] = {
    400: "请求有误",
    401: "未登录",
    403: "无权访问",
    404: "没有这一项",
    405: "方法不支持",
    409: "须重新请求",
    416: "不支持分段",
    429: "请求过多",
    500: "系统出错",
    503: "暂时不可用",
    505: "协议版本过低",
}
_MEDIA_TYPE: Final = "application/problem+json; charset=utf-8"
#: An address may be long; its echo in an answer is not.
_LONGEST_DETAIL: Final = 1_500
_ASKED_WRONGLY: Final = (
    *(ExportError, FilterNotApplicable, ProtectionRefused, UnknownDimension, UnknownDistrict),
    *(WrongCondition, WrongParameter),
)
_LATER: Final = "30"


class Problem(Exception):
    """An answer that is no data: status, Chinese detail, and headers of its own."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})


def problem_of(error: Exception) -> Problem:
    """The problem that an error of the lower floors is; what nobody foresaw gets a number that is also in the log."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, UnknownMetric | UnknownTable):
        return Problem(404, str(error))
    if isinstance(error, _ASKED_WRONGLY) or type(error) is ValueError:
        return Problem(400, str(error))
    if isinstance(error, SnapshotMissing | QueryTooSlow | QueryFailed):
        return Problem(503, str(error), {"Retry-After": _LATER})
    if isinstance(error, RecordsUnavailable):
        detail = "连接不上记录数据库，不能核对身份或登记取数，请稍后再试。"
        return Problem(503, detail, {"Retry-After": _LATER})
    number = secrets.token_hex(4)
    LOGGER.error("interface failed, number %s", number, exc_info=error)
    return Problem(500, f"系统出错，编号 {number}；请把编号告诉系统管理员。")


def problem_answer(problem: Problem, path: str) -> JSONResponse:
    """The problem as an answer that nobody stores."""
    detail = problem.detail
    if len(detail) > _LONGEST_DETAIL:
        detail = detail[:_LONGEST_DETAIL] + "……"
    document = {
        "type": "about:blank",
        "title": TITLES[problem.status],
        "status": problem.status,
        "detail": detail,
        "instance": path[:200],
    }
    headers = {"Cache-Control": "no-store", **problem.headers}
    return JSONResponse(document, problem.status, headers=headers, media_type=_MEDIA_TYPE)
