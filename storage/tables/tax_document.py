"""Tax documents: one short row per sale, purchase and note, for what shows only across documents.

A row stands for the raw record of a voucher. It counts while that voucher's current version was made from this raw
record, so nothing has to be removed when a voucher changes or goes. Rows are no canonical records and have no versions:
they can be made anew at any time.
"""

from __future__ import annotations

import sqlalchemy as sa

from storage.tables.base import flag, key, metadata, tenant_column, text
from storage.types import Amount, Day

tax_document = sa.Table(
    "tax_document",
    metadata,
    tenant_column(),
    sa.Column("raw_id", sa.BigInteger, nullable=False),
    sa.Column("company_id", sa.BigInteger, nullable=False),
    key("kind"),
    sa.Column("day", Day, nullable=False),
    sa.Column("year", sa.Integer, nullable=False),
    key("own_gstin"),
    key("other"),
    flag("is_to_registered"),
    key("number_key"),
    text("number_fault"),
    sa.Column("taxable", Amount, nullable=False),
    flag("must_register"),
    flag("is_registered"),
    sa.Column("registered_on", Day),
    sa.Column("hsn_digits", sa.Integer),
    sa.PrimaryKeyConstraint("tenant_id", "raw_id"),
    sqlite_with_rowid=False,
)
"""``canonical.tax_document.TaxDocumentFact`` by the voucher's raw record."""
