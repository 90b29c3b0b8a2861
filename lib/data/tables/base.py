"""The two catalogues of tables: records (what happened) and snapshot (one data version, made for reading)."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, MetaData, Table

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

records_metadata = MetaData(naming_convention=NAMING_CONVENTION)
snapshot_metadata = MetaData(naming_convention=NAMING_CONVENTION)


def version_columns() -> tuple[Column[int], Column[int]]:
    """Columns of a versioned record: the data version that brought it (part of the key) and the one that replaced it.

    ``version_to`` is empty while the record is current. A record is part of version ``v`` when
    ``version_from <= v`` and (``version_to`` is empty or ``version_to > v``).
    """
    return (
        Column(
            "version_from",
            Integer,
            ForeignKey("data_version.version"),
            primary_key=True,
            autoincrement=False,
            comment="由哪个数据版本带入",
        ),
        Column(
            "version_to",
            Integer,
            ForeignKey("data_version.version"),
            nullable=True,
            comment="被哪个数据版本取代",
        ),
    )


def current_record_index(table: Table, *key: str) -> Index:
    """Unique index on the natural key of the current records: one current record per key, any history."""
    is_current = table.c.version_to.is_(None)
    return Index(
        f"uq_{table.name}_current",
        *(table.c[name] for name in key),
        unique=True,
        sqlite_where=is_current,
        postgresql_where=is_current,
    )


def allow_only(table: Table, column_name: str, *values: str) -> None:
    """Limit a text column to a few values (or missing).

    PostgreSQL enforces it row by row. On SQLite that would double the time of a bulk load, so there the one way in,
    ``lib.data.bulk``, checks the distinct values of every batch instead.
    """
    column = table.c[column_name]
    column.info["allowed"] = values
    check = CheckConstraint(column.in_(values), name=column_name)
    table.append_constraint(check.ddl_if(dialect="postgresql"))
