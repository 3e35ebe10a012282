"""Tax documents: kept beside the vouchers, asked across them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from canonical.record import SourceRef
from canonical.tax_document import DocumentGroup, DocumentMention, TaxDocumentFact
from canonical.voucher_type import VoucherKind
from storage.engine import Row, Transaction
from storage.repositories.base import Repository
from storage.tables.tax_document import tax_document
from storage.types import scale_amount, wire_day

OUTWARD = "kind IN ('sales', 'credit_note')"
_CURRENT = (
    "tax_document d JOIN voucher v ON v.tenant_id = d.tenant_id AND v.raw_id = d.raw_id AND v.known_to IS NULL "
    "AND v.kind = d.kind AND v.counts"
)
_SCOPE = "CASE WHEN d.kind = 'purchase' THEN d.other ELSE d.own_gstin END"
_MENTION = (
    f"d.raw_id, v.stream, v.source_key, v.type_name, v.number, v.day, d.kind, d.day, d.number_key, {_SCOPE}, "
    "d.registered_on"
)


class TaxDocuments(Repository):
    """One tenant's tax documents."""

    def save(self, company_id: int, facts: Sequence[tuple[int, TaxDocumentFact]]) -> None:
        """Put rows in the place of earlier ones of the same raw records.

        Args:
            company_id: whose books.
            facts: raw record and row.
        """
        if not facts:
            return
        rows = [_row(self._tenant_id, company_id, raw_id, fact) for raw_id, fact in facts]
        with self._write() as transaction:
            transaction.insert(tax_document, rows, replace=True)

    def is_empty(self, company_id: int) -> bool:
        """Say whether the company has no rows at all."""
        sql = "SELECT 1 FROM tax_document WHERE tenant_id = ? AND company_id = ? LIMIT 1"
        with self._read() as transaction:
            return not transaction.rows(sql, (self._tenant_id, company_id))

    def turnover(self) -> dict[tuple[str, int], Decimal]:
        """Rupees supplied before tax, by PAN of the supplier and start of the financial year, over all companies."""
        sql = (
            f"SELECT substr(d.own_gstin, 3, 10), d.year, sum(d.taxable) FROM {_CURRENT} "
            f"WHERE d.tenant_id = ? AND d.{OUTWARD} AND d.own_gstin <> '' GROUP BY 1, 2"
        )
        with self._read() as transaction:
            read = transaction.dialect.values.read_amount
            rows = transaction.rows(sql, (self._tenant_id,))
            return {(pan, year): read(taxable) for pan, year, taxable in rows}

    def own_gstins(self, company_id: int) -> tuple[str, ...]:
        """Registrations of ours that stand on the company's documents."""
        sql = (
            "SELECT DISTINCT own_gstin FROM tax_document WHERE tenant_id = ? AND company_id = ? AND own_gstin <> '' "
            "ORDER BY own_gstin"
        )
        with self._read() as transaction:
            return tuple(row[0] for row in transaction.rows(sql, (self._tenant_id, company_id)))

    def duplicates(self, company_id: int) -> tuple[DocumentMention, ...]:
        """Documents that share number, kind, scope and financial year with another, in that order."""
        keys = f"d.kind AS kind, d.year AS year, {_SCOPE} AS scope, d.number_key AS number_key"
        mine = "d.tenant_id = ? AND d.company_id = ?"
        twins = (
            f"SELECT {keys} FROM {_CURRENT} WHERE {mine} AND d.number_key <> '' "
            "AND d.kind IN ('sales', 'credit_note', 'purchase') GROUP BY 1, 2, 3, 4 HAVING count(*) > 1"
        )
        sql = (
            f"SELECT {_MENTION} FROM {_CURRENT} JOIN ({twins}) t ON d.kind = t.kind AND d.year = t.year "
            f"AND {_SCOPE} = t.scope AND d.number_key = t.number_key WHERE {mine} "
            "ORDER BY d.kind, d.year, t.scope, d.number_key, d.day, v.id"
        )
        bound = (self._tenant_id, company_id)
        candidates = (
            f"SELECT 1 FROM tax_document d WHERE {mine} AND d.number_key <> '' AND d.kind IN ('sales', 'credit_note', "
            f"'purchase') GROUP BY d.kind, d.year, {_SCOPE}, d.number_key HAVING count(*) > 1 LIMIT 1"
        )
        with self._read() as transaction:
            if not transaction.rows(candidates, bound):
                return ()  # without a look at what is current: there is nothing to look at
            return tuple(self._mentions(transaction, company_id, transaction.rows(sql, (*bound, *bound))))

    def unregistered(self, company_id: int, since: date, limit: int) -> tuple[int, tuple[DocumentMention, ...]]:
        """Documents from a day on that are to be registered and are not: how many, and the oldest of them."""
        where = "d.tenant_id = ? AND d.company_id = ? AND d.must_register AND NOT d.is_registered AND d.day >= ?"
        with self._read() as transaction:
            bound = (self._tenant_id, company_id, transaction.dialect.values.day(since))
            count = int(transaction.rows(f"SELECT count(*) FROM {_CURRENT} WHERE {where}", bound)[0][0])
            sql = f"SELECT {_MENTION} FROM {_CURRENT} WHERE {where} ORDER BY d.day, v.id LIMIT {int(limit)}"
            found = self._mentions(transaction, company_id, transaction.rows(sql, bound)) if count else []
        return count, tuple(found)

    def registered_late(self, company_id: int, days_min: int, since: date) -> tuple[DocumentMention, ...]:
        """Documents from a day on registered more than so many days after their date."""
        sql = (
            f"SELECT {_MENTION} FROM {_CURRENT} WHERE d.tenant_id = ? AND d.company_id = ? AND d.{OUTWARD} "
            "AND d.registered_on - d.day > ? AND d.day >= ? ORDER BY d.day, v.id"
        )
        with self._read() as transaction:
            bound = (self._tenant_id, company_id, days_min, transaction.dialect.values.day(since))
            return tuple(self._mentions(transaction, company_id, transaction.rows(sql, bound)))

    def first_registered(self, company_id: int) -> date | None:
        """Day of the first document that is registered."""
        sql = f"SELECT min(d.day) FROM {_CURRENT} WHERE d.tenant_id = ? AND d.company_id = ? AND d.is_registered"
        with self._read() as transaction:
            return transaction.dialect.values.read_day(transaction.rows(sql, (self._tenant_id, company_id))[0][0])

    def short_codes(self, company_id: int, year: int, digits_min: int, *, to_registered: bool) -> DocumentGroup | None:
        """Sales of a year whose lines name codes of fewer digits than these, or none; None if there is no such."""
        buyers = "AND d.is_to_registered " if to_registered else ""
        where = (
            f"d.tenant_id = ? AND d.company_id = ? AND d.kind = 'sales' AND d.year = ? AND d.hsn_digits < ? {buyers}"
        )
        return self._group(company_id, where, (year, digits_min), year, what=str(digits_min))

    def number_faults(self, company_id: int) -> tuple[DocumentGroup, ...]:
        """Faults of our own numbers by voucher type, fault and year."""
        keys = "v.type_name, d.number_fault, d.year"
        sql = (
            f"SELECT {keys} FROM {_CURRENT} WHERE d.tenant_id = ? AND d.company_id = ? AND d.number_fault <> '' "
            f"GROUP BY {keys} ORDER BY {keys}"
        )
        any_fault = "SELECT 1 FROM tax_document WHERE tenant_id = ? AND company_id = ? AND number_fault <> '' LIMIT 1"
        bound = (self._tenant_id, company_id)
        with self._read() as transaction:
            kinds = transaction.rows(sql, bound) if transaction.rows(any_fault, bound) else []
        where = (
            "d.tenant_id = ? AND d.company_id = ? AND d.number_fault <> '' AND v.type_name = ? AND d.number_fault = ? "
            "AND d.year = ?"
        )
        groups = [
            self._group(company_id, where, (type_name, fault, year), year, what=type_name, detail=fault)
            for type_name, fault, year in kinds
        ]
        return tuple(group for group in groups if group is not None)

    def years(self, company_id: int) -> tuple[int, ...]:
        """Financial years with supplies of ours."""
        sql = (
            f"SELECT DISTINCT year FROM tax_document WHERE tenant_id = ? AND company_id = ? AND {OUTWARD} ORDER BY year"
        )
        with self._read() as transaction:
            return tuple(int(row[0]) for row in transaction.rows(sql, (self._tenant_id, company_id)))

    def _group(
        self, company_id: int, where: str, bound: Sequence[Any], year: int, *, what: str, detail: str = ""
    ) -> DocumentGroup | None:
        everything = (self._tenant_id, company_id, *bound)
        with self._read() as transaction:
            count = int(transaction.rows(f"SELECT count(*) FROM {_CURRENT} WHERE {where}", everything)[0][0])
            if not count:
                return None
            sql = f"SELECT {_MENTION} FROM {_CURRENT} WHERE {where} ORDER BY d.day, v.id LIMIT 1"
            first = self._mentions(transaction, company_id, transaction.rows(sql, everything))[0]
        return DocumentGroup(what=what, detail=detail, year=year, count=count, first=first)

    def _mentions(self, transaction: Transaction, company_id: int, rows: Sequence[Row]) -> list[DocumentMention]:
        if not rows:
            return []
        day = transaction.dialect.values.read_day
        sql = "SELECT connector, source_key FROM company WHERE tenant_id = ? AND id = ?"
        connector, company = transaction.rows(sql, (self._tenant_id, company_id))[0]
        return [
            DocumentMention(
                raw_id=raw_id,
                source=SourceRef(connector, company, stream, key),
                label=f"{type_name} {number or '(no number)'} of {day(voucher_day)}",
                kind=VoucherKind(kind),
                day=day(document_day) or date.min,
                number_key=number_key,
                scope=scope,
                registered_on=day(registered_on),
            )
            for (
                raw_id,
                stream,
                key,
                type_name,
                number,
                voucher_day,
                kind,
                document_day,
                number_key,
                scope,
                registered_on,
            ) in rows
        ]


def _row(tenant_id: int, company_id: int, raw_id: int, fact: TaxDocumentFact) -> Row:
    return (
        tenant_id,
        raw_id,
        company_id,
        fact.kind.value,
        wire_day(fact.day),
        fact.year,
        fact.own_gstin,
        fact.other,
        fact.is_to_registered,
        fact.number_key,
        fact.number_fault,
        scale_amount(fact.taxable),
        fact.must_register,
        fact.is_registered,
        wire_day(fact.registered_on),
        fact.hsn_digits,
    )
