"""Accounts, sessions and the audit trail. They live in the record database beside the data they protect.

No table stores a secret: passwords are bcrypt hashes, sessions and tickets are kept as SHA-256 of the random value
that only the browser holds.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    TypeDecorator,
)

from lib.data.tables.base import records_metadata

USERNAME_LENGTH = 40
DIGEST_LENGTH = 64


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, stored as UTC without zone (SQLite keeps none) and read back as an aware datetime."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive datetime: a moment whose zone is unknown cannot end a session."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the stored moment its zone back."""
        return None if value is None else value.replace(tzinfo=UTC)


account = Table(
    "account",
    records_metadata,
    Column("username", String(USERNAME_LENGTH), primary_key=True, comment="用户名（小写）"),
    Column("display_name", String(64), nullable=False, comment="显示名称（岗位，不写姓名）"),
    Column("password_hash", String(72), nullable=False, comment="口令散列（bcrypt）"),
    Column("role", String(16), nullable=False, comment="角色：official / presenter / analyst / operator"),
    Column(
        "all_districts", Boolean, nullable=False, comment="是否可看全部属地；为否时以 account_district 为准"
    ),
    Column("active", Boolean, nullable=False, comment="是否启用"),
    Column("is_demo", Boolean, nullable=False, comment="演示账号，正式环境不得登录"),
    Column(
        "credential_version",
        Integer,
        nullable=False,
        comment="口令、角色、属地或状态每变一次加一，旧会话随之失效",
    ),
    Column("password_changed_at", UtcDateTime, nullable=False, comment="口令设置时间（协调世界时）"),
    Column("created_at", UtcDateTime, nullable=False, comment="建立时间（协调世界时）"),
    comment="账号",
)

account_district = Table(
    "account_district",
    records_metadata,
    Column(
        "username",
        String(USERNAME_LENGTH),
        ForeignKey("account.username"),
        primary_key=True,
        comment="用户名",
    ),
    Column("district_code", String(12), primary_key=True, comment="可看的行政区划代码（含下级）"),
    comment="账号可看的属地",
)

login_session = Table(
    "login_session",
    records_metadata,
    Column("session_digest", String(DIGEST_LENGTH), primary_key=True, comment="会话标识的 SHA-256"),
    Column(
        "username", String(USERNAME_LENGTH), ForeignKey("account.username"), nullable=False, comment="用户名"
    ),
    Column("credential_version", Integer, nullable=False, comment="登录时的账号版本"),
    Column("created_at", UtcDateTime, nullable=False, comment="登录时间"),
    Column("seen_at", UtcDateTime, nullable=False, comment="最近一次操作时间"),
    Column("expires_at", UtcDateTime, nullable=False, comment="最迟失效时间"),
    Column("revoked_at", UtcDateTime, nullable=True, comment="退出或撤销时间"),
    Column("address", String(64), nullable=False, comment="登录地址"),
    Column("user_agent", String(200), nullable=False, comment="浏览器标识（截断）"),
    Index(None, "username"),
    comment="登录会话",
)

login_ticket = Table(
    "login_ticket",
    records_metadata,
    Column("ticket_digest", String(DIGEST_LENGTH), primary_key=True, comment="票据的 SHA-256"),
    Column(
        "username", String(USERNAME_LENGTH), ForeignKey("account.username"), nullable=False, comment="用户名"
    ),
    Column("credential_version", Integer, nullable=False, comment="签发时的账号版本"),
    Column("expires_at", UtcDateTime, nullable=False, comment="失效时间"),
    comment="一次性登录票据：口令核对后签发，换取会话时删除",
)

login_throttle = Table(
    "login_throttle",
    records_metadata,
    Column("key", String(80), primary_key=True, comment="限制对象：user:用户名 或 address:地址"),
    Column("failures", Integer, nullable=False, comment="窗口内失败次数"),
    Column("first_failure_at", UtcDateTime, nullable=False, comment="窗口开始时间"),
    Column("locked_until", UtcDateTime, nullable=True, comment="锁定到何时"),
    comment="登录失败计数与锁定",
)

audit_event = Table(
    "audit_event",
    records_metadata,
    Column("id", Integer, primary_key=True, comment="序号"),
    Column("at", UtcDateTime, nullable=False, comment="时间（协调世界时）"),
    Column("username", String(USERNAME_LENGTH), nullable=False, comment="用户名（未知用户按输入截断）"),
    Column("session_digest", String(DIGEST_LENGTH), nullable=True, comment="会话标识的 SHA-256"),
    Column("address", String(64), nullable=False, comment="来源地址"),
    Column(
        "event",
        String(24),
        nullable=False,
        comment="事件：login / login_failed / locked / logout / denied 等",
    ),
    Column("subject", String(120), nullable=False, comment="对象：页面、账号或文件"),
    Column("row_count", Integer, nullable=True, comment="涉及行数（导出时）"),
    Column("detail", Text, nullable=False, comment="补充说明，不含口令与票据"),
    Index(None, "at"),
    comment="审计记录：只增不改",
)
