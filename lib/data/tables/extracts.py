"""Extracts: what was taken away, by whom, and the tokens programs take data with.

A token is kept as the SHA-256 of a random value that is shown once; it never allows more than its account.
"""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from lib.data.tables.access import DIGEST_LENGTH, USERNAME_LENGTH, UtcDateTime
from lib.data.tables.base import records_metadata

access_token = Table(
    "access_token",
    records_metadata,
    Column("token_digest", String(DIGEST_LENGTH), primary_key=True, comment="令牌的 SHA-256"),
    Column(
        "username", String(USERNAME_LENGTH), ForeignKey("account.username"), nullable=False, comment="用户名"
    ),
    Column("credential_version", Integer, nullable=False, comment="创建时的账号版本；账号一变令牌即失效"),
    Column("label", String(64), nullable=False, comment="用途"),
    Column(
        "account_districts",
        Boolean,
        nullable=False,
        comment="可见属地是否与账号相同；为否时只限 district_codes",
    ),
    Column("district_codes", Text, nullable=False, comment="限定的行政区划代码，逗号分隔；须在账号范围之内"),
    Column("created_at", UtcDateTime, nullable=False, comment="创建时间（协调世界时）"),
    Column("expires_at", UtcDateTime, nullable=False, comment="失效时间"),
    Column("revoked_at", UtcDateTime, nullable=True, comment="撤销时间"),
    Column("used_at", UtcDateTime, nullable=True, comment="最近一次使用时间"),
    Index(None, "username"),
    comment="接口访问令牌",
)

extract_record = Table(
    "extract_record",
    records_metadata,
    Column("id", Integer, primary_key=True, comment="序号"),
    Column("at", UtcDateTime, nullable=False, comment="完成时间（协调世界时）"),
    Column("username", String(USERNAME_LENGTH), nullable=False, comment="用户名"),
    Column("door", String(8), nullable=False, comment="途径：page / api / command"),
    Column("query", Text, nullable=False, comment="取数条件，与 /api/v1 的地址写法相同，可据以重取"),
    Column("sentence", Text, nullable=False, comment="筛选条件的中文说明"),
    Column("scope", Text, nullable=False, comment="可见属地的中文说明"),
    Column("data_version", Integer, nullable=False, comment="数据版本"),
    Column("file_name", String(200), nullable=False, comment="文件名"),
    Column("row_count", Integer, nullable=False, comment="行数"),
    Column("sha256", String(DIGEST_LENGTH), nullable=False, comment="文件的 SHA-256"),
    Column("reason", Text, nullable=False, comment="取数事由（对外提供时必填）"),
    Column(
        "release",
        Text,
        nullable=False,
        server_default="",
        comment="对外提供的表：条件和隐藏的组，供以后的表一并复核",
    ),
    Index(None, "username", "at"),
    comment="数据下载登记：只增不改",
)
