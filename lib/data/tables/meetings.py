"""Agendas of meetings: an ordered list of pages with their filters and a note for the speaker.

They live in the record database beside the accounts: an agenda is somebody's work, not part of a data version.
"""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from lib.data.tables.access import USERNAME_LENGTH, UtcDateTime
from lib.data.tables.base import records_metadata

AGENDA_NO_LENGTH = 22

agenda = Table(
    "agenda",
    records_metadata,
    Column("agenda_no", String(AGENDA_NO_LENGTH), primary_key=True, comment="议程编号（随机，用于链接）"),
    Column("title", String(120), nullable=False, comment="会议名称"),
    Column(
        "username", String(USERNAME_LENGTH), ForeignKey("account.username"), nullable=False, comment="编制人"
    ),
    Column("data_version", Integer, nullable=False, comment="会议固定使用的数据版本"),
    Column("shared", Boolean, nullable=False, comment="其他账号能否用链接打开（各按自己的可见属地）"),
    Column("changed_at", UtcDateTime, nullable=False, comment="最近修改时间（协调世界时）"),
    Column("deleted_at", UtcDateTime, nullable=True, comment="删除时间；删除后数据版本不再保留"),
    Index(None, "username"),
    comment="会议议程",
)

agenda_slide = Table(
    "agenda_slide",
    records_metadata,
    Column(
        "agenda_no",
        String(AGENDA_NO_LENGTH),
        ForeignKey("agenda.agenda_no"),
        primary_key=True,
        comment="议程编号",
    ),
    Column("position", Integer, primary_key=True, autoincrement=False, comment="第几页，从1起"),
    Column("slide", String(60), nullable=False, comment="页面内容的编号，如 unqualified-rate.course"),
    Column("query", Text, nullable=False, comment="筛选条件，与页面地址中的写法相同"),
    Column("note", Text, nullable=False, comment="讲稿提示，只给主持人看"),
    comment="议程的各页",
)
