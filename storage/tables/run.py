"""Runs and what they leave: steps and issues; connections and their bookmarks."""

from __future__ import annotations

import sqlalchemy as sa

from storage.tables.base import key, metadata, tenant_column, text
from storage.types import Json, Moment


def _identified() -> tuple[sa.Column[int], sa.Column[int], sa.PrimaryKeyConstraint]:
    return (
        tenant_column(),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )


connection = sa.Table(
    "connection",
    metadata,
    *_identified(),
    key("name"),
    text("connector"),
    sa.Column("company_id", sa.BigInteger),
    sa.Column("config", Json(), nullable=False),
    sa.Column("created_at", Moment),
    sa.Column("updated_at", Moment),
    sa.UniqueConstraint("tenant_id", "name"),
)

bookmark = sa.Table(
    "bookmark",
    metadata,
    tenant_column(),
    sa.Column("connection_id", sa.BigInteger, nullable=False),
    key("stream"),
    sa.Column("state", Json(), nullable=False),
    sa.Column("run_id", sa.BigInteger),
    sa.Column("updated_at", Moment),
    sa.PrimaryKeyConstraint("tenant_id", "connection_id", "stream"),
)

run = sa.Table(
    "run",
    metadata,
    *_identified(),
    text("kind"),
    text("connector"),
    sa.Column("company_id", sa.BigInteger),
    sa.Column("connection_id", sa.BigInteger),
    text("status"),
    sa.Column("facts", Json(), nullable=False),
    sa.Column("summary", Json(), nullable=False),
    sa.Column("started_at", Moment, nullable=False),
    sa.Column("finished_at", Moment),
)

run_step = sa.Table(
    "run_step",
    metadata,
    tenant_column(),
    sa.Column("run_id", sa.BigInteger, nullable=False),
    key("name"),
    sa.Column("position", sa.Integer, nullable=False),
    text("status"),
    sa.Column("done", sa.BigInteger, nullable=False),
    sa.Column("total", sa.BigInteger),
    sa.Column("facts", Json(), nullable=False),
    sa.Column("updated_at", Moment),
    sa.PrimaryKeyConstraint("tenant_id", "run_id", "name"),
)

issue = sa.Table(
    "issue",
    metadata,
    *_identified(),
    sa.Column("company_id", sa.BigInteger),
    sa.Column("run_id", sa.BigInteger),
    sa.Column("raw_id", sa.BigInteger),
    key("code"),
    key("level"),
    text("message"),
    text("location"),
    text("hint"),
    sa.Column("source", Json()),
    sa.Column("facts", Json(), nullable=False),
    sa.Index("ix_issue_company", "tenant_id", "company_id", "code", "id"),
    sa.Index("ix_issue_raw", "tenant_id", "raw_id"),
    sa.Index("ix_issue_run", "tenant_id", "run_id"),
)

run_record = sa.Table(
    "run_record",
    metadata,
    tenant_column(),
    sa.Column("run_id", sa.BigInteger, nullable=False),
    sa.Column("raw_id", sa.BigInteger, nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "run_id", "raw_id"),
    sqlite_with_rowid=False,
)
"""The raw records a run saw, new or known: what it read, whatever became of it."""
