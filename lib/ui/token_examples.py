"""Calls of the interface that readers copy; ``{root}`` stands for scheme and host of the server."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Example:
    """One way to call the interface."""

    title: str
    language: str
    note: str
    text: str


_CURL: Final = """\
# 指标：各县区不合格率
curl --fail --compressed -H "Authorization: Bearer 令牌" \\
  "{root}/api/v1/metrics/unqualified_rate?from=2025-01-01&to=2025-08-31&by=division" -o rate.csv

# 数据表：常规抽样的样品明细（其他抽样性质另加 sampling 条件；文件名用服务器给的）
curl --fail --compressed -OJ -H "Authorization: Bearer 令牌" \\
  "{root}/api/v1/tables/sample?from=2025-01-01&to=2025-08-31&format=parquet"
"""
_PANDAS: Final = """\
import io
import os

import pandas as pd
import requests

answer = requests.get(
    "{root}/api/v1/tables/sample",
    params={"from": "2025-01-01", "to": "2025-08-31", "sampling": "全部", "format": "parquet"},
    headers={"Authorization": f"Bearer {os.environ['BAMAI_TOKEN']}"},
    timeout=600,
)
if not answer.ok:
    raise SystemExit(answer.json()["detail"])
samples = pd.read_parquet(io.BytesIO(answer.content))
assert len(samples) == int(answer.headers["X-Row-Count"])
"""
_POWER_QUERY: Final = """\
let
    令牌 = "在此粘贴令牌",
    内容 = Web.Contents("{root}", [
        RelativePath = "api/v1/metrics/unqualified_rate",
        Query = [#"from" = "2025-01-01", #"to" = "2025-08-31", by = "division,month"],
        Headers = [Authorization = "Bearer " & 令牌]
    ]),
    表 = Csv.Document(内容, [Delimiter = ",", Encoding = 65001, QuoteStyle = QuoteStyle.Csv]),
    有标题 = Table.PromoteHeaders(表, [PromoteAllScalars = true]),
    数值 = Table.TransformColumnTypes(有标题, {
        {"division", type text}, {"numerator", Int64.Type}, {"denominator", Int64.Type},
        {"value", type number}, {"lower", type number}, {"upper", type number}
    }, "en-US")
in
    数值
"""

EXAMPLES: Final = (
    Example("curl", "bash", "命令行。--fail 使出错时退出码不为 0，--compressed 压缩传输。", _CURL),
    Example("pandas", "python", "Python。令牌放在环境变量 BAMAI_TOKEN 中，不要写进程序。", _PANDAS),
    Example(
        "Excel Power Query",
        "text",
        "Excel：数据 → 获取数据 → 自其他源 → 空白查询 → 高级编辑器，粘贴；凭据选“匿名”。"
        "令牌留在工作簿里，共享工作簿之前请先撤销令牌。",
        _POWER_QUERY,
    ),
)
