"""Control totals, read back from the store: what a run's records came to, and whether a company's books are whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from canonical.bill import BillRefKind
from canonical.issue import IssueLevel
from canonical.totals import BillTotals, TypeTotals, VoucherTotals
from storage.repositories.base import Repository

_OF_RUN = (
    "FROM run_record r JOIN {table} t ON t.tenant_id = r.tenant_id AND t.raw_id = r.raw_id AND t.known_to IS NULL "
    "WHERE r.tenant_id = ? AND r.run_id = ?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Completeness:
    """Vouchers of a company: said by the source, stored, on the list of rejections, still waiting."""

    read: int
    stored: int
    rejected: int
    pending: int


class Controls(Repository):
    """Control totals of one tenant."""

    def voucher_totals(self, run_id: int) -> VoucherTotals:
        """Totals of the vouchers a run read, as they are stored now."""
        totals = VoucherTotals()
        mine = (self._tenant_id, run_id)
        with self._read() as transaction:
            amount = transaction.dialect.values.read_amount
            for row in transaction.rows(
                "SELECT t.type_name, count(*), sum(CASE WHEN t.is_cancelled THEN 1 ELSE 0 END), sum(t.debit_total), "
                "sum(CASE WHEN t.counts THEN t.debit_total ELSE 0 END) "
                + _OF_RUN.format(table="voucher")
                + " GROUP BY t.type_name",
                mine,
            ):
                totals.types[row[0]] = TypeTotals(
                    count=int(row[1]),
                    cancelled=int(row[2]),
                    debit=amount(row[3] or 0),
                    books_debit=amount(row[4] or 0),
                )
            for name, is_balanced, count in transaction.rows(_BALANCED, mine):
                setattr(totals.types[name], "balanced" if is_balanced else "unbalanced", int(count))
            for kind, count, net in transaction.rows(_BILLS, mine):
                totals.bills[BillRefKind(kind)] = BillTotals(int(count), amount(net or 0))
        return totals

    def master_counts(self, run_id: int) -> dict[str, int]:
        """Ledgers, groups and items a run read or met, by table."""
        with self._read() as transaction:
            return {
                table: int(transaction.rows(_MASTERS.format(table=table), (run_id, self._tenant_id))[0][0])
                for table in ("ledger", "account_group", "item")
            }

    def completeness(self, company_id: int) -> Completeness:
        """Count a company's vouchers along the path: said, stored, rejected, waiting."""
        bound = (self._tenant_id, company_id)
        with self._read() as transaction:

            def count(sql: str, *more: str) -> int:
                return int(transaction.rows(sql, (*bound, *more))[0][0])

            return Completeness(
                read=count(
                    "SELECT count(*) FROM raw_record WHERE tenant_id = ? AND company_id = ? AND stream = 'vouchers' "
                    "AND is_current"
                ),
                stored=count(
                    "SELECT count(*) FROM voucher WHERE tenant_id = ? AND company_id = ? AND known_to IS NULL"
                ),
                rejected=count(
                    "SELECT count(DISTINCT i.raw_id) FROM issue i JOIN raw_record r ON r.tenant_id = i.tenant_id "
                    "AND r.id = i.raw_id WHERE i.tenant_id = ? AND i.company_id = ? AND i.level = ? "
                    "AND r.stream = 'vouchers'",
                    IssueLevel.REJECTED.value,
                ),
                pending=count(
                    "SELECT count(*) FROM raw_pending WHERE tenant_id = ? AND company_id = ? AND stream = 'vouchers'"
                ),
            )

    def books_net(self, company_id: int) -> Decimal:
        """Debits less credits over all counting postings, rupees; zero if the books are right."""
        with self._read() as transaction:
            rows = transaction.rows(
                "SELECT sum(net) FROM posting WHERE tenant_id = ? AND company_id = ? AND counts AND known_to IS NULL",
                (self._tenant_id, company_id),
            )
            return transaction.dialect.values.read_amount(rows[0][0] or 0)

    def last_day(self, company_id: int) -> date | None:
        """Day of the last voucher that counts and is not post-dated (its day has not come); None without vouchers."""
        with self._read() as transaction:
            rows = transaction.rows(
                "SELECT max(day) FROM voucher WHERE tenant_id = ? AND company_id = ? AND counts AND known_to IS NULL "
                "AND NOT is_post_dated",
                (self._tenant_id, company_id),
            )
            return transaction.dialect.values.read_day(rows[0][0])


_MASTERS = (
    "SELECT count(*) FROM {table} t WHERE (SELECT count(*) FROM run_record r WHERE r.tenant_id = t.tenant_id "
    "AND r.run_id = ? AND r.raw_id = t.raw_id) > 0 AND t.tenant_id = ? AND t.known_to IS NULL"
)
"""From the masters, of which there are few, to the run's records by their key: a join may begin at the other end."""
_BALANCED = (
    "SELECT type_name, balance = 0, count(*) FROM (SELECT t.type_name AS type_name, t.id, sum(p.net) AS balance "
    "FROM run_record r JOIN voucher t ON t.tenant_id = r.tenant_id AND t.raw_id = r.raw_id AND t.known_to IS NULL "
    "JOIN posting p ON p.tenant_id = t.tenant_id AND p.voucher_id = t.id "
    "WHERE r.tenant_id = ? AND r.run_id = ? GROUP BY t.type_name, t.id) balances GROUP BY type_name, balance = 0"
)
_BILLS = (
    "SELECT b.kind, count(*), sum(b.net) FROM run_record r JOIN voucher t ON t.tenant_id = r.tenant_id "
    "AND t.raw_id = r.raw_id AND t.known_to IS NULL JOIN bill_allocation b ON b.tenant_id = t.tenant_id "
    "AND b.owner_id = t.id WHERE r.tenant_id = ? AND r.run_id = ? GROUP BY b.kind"
)
