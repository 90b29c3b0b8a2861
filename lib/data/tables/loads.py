"""Loads: every successful load is one numbered data version."""

from sqlalchemy import Column, Date, DateTime, Integer, String, Table, Text

from lib.data.tables.base import records_metadata

data_version = Table(
    "data_version",
    records_metadata,
    Column("version", Integer, primary_key=True, autoincrement=False, comment="数据版本号"),
    Column("created_at", DateTime, nullable=False, comment="载入完成时间（协调世界时）"),
    Column("as_of", Date, nullable=False, comment="数据截至"),
    Column("kind", String(16), nullable=False, comment="load 载入 / demo 演示 / removed 已移除的演示"),
    Column("profile", String(64), nullable=False, comment="导入方案"),
    Column("file_names", Text, nullable=False, comment="文件名，换行分隔"),
    Column("file_digest", String(64), nullable=False, comment="文件内容与方案的 SHA-256"),
    Column("rows_read", Integer, nullable=False, comment="读取行数"),
    Column("records_new", Integer, nullable=False, comment="新增记录"),
    Column("records_superseded", Integer, nullable=False, comment="被取代记录"),
    Column("records_unchanged", Integer, nullable=False, comment="未变记录"),
    Column("rows_rejected", Integer, nullable=False, comment="拒收行数"),
    Column("actor", String(64), nullable=False, comment="操作账号（岗位）"),
    comment="数据版本：每次成功载入为一个版本",
)
