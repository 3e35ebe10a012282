"""Control totals, read back from the store: what a run's records came to, and whether a company's books are whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from canonical.bill import BillRefKind
from canonical.issue import IssueLevel
from canonical.totals import BillTotals, TypeTotals, VoucherTotals
from storage.repositories.base import Repository

_OF_RUN = (
    "FROM run_record r JOIN {table} t ON t.tenant_id = r.tenant_id AND t.raw_id = r.raw_id AND t.known_to IS NULL "
    "WHERE r.tenant_id = ? AND r.run_id = ?"
)


_MASTER_TABLES = {
    "ledgers": "ledger",
    "groups": "account_group",
    "stock items": "item",
    "stock groups": "stock_group",
    "units": "unit",
    "godowns": "godown",
    "cost centres": "cost_centre",
    "cost categories": "cost_category",
    "voucher types": "voucher_type",
}


_COUNTED_TABLES = ("voucher", "party", "item", "stock_group")


@dataclass(frozen=True, slots=True, kw_only=True)
class Completeness:
    """Vouchers of a company: said by the source, stored, on the list of rejections, still waiting."""

    read: int
    stored: int
    rejected: int
    pending: int


@dataclass(frozen=True, slots=True)
class VoucherCount:
    """Vouchers of one type: all of them, the cancelled among them, the optional ones that are not cancelled."""

    total: int
    cancelled: int
    optional: int


@dataclass(frozen=True, slots=True)
class Sighting:
    """The newest run that read a raw record, and when it began."""

    run_id: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesSince:
    """What became of a company's vouchers after a moment.

    Attributes:
        had_vouchers: there were vouchers at that moment.
        ended: versions known then that were replaced or retired since.
        batches: moments since then at which new versions became known: one per import or sync that brought any.
    """

    had_vouchers: bool
    ended: int
    batches: int


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

    def completeness(self, company_id: int, streams: Sequence[str] = ("vouchers",)) -> Completeness:
        """Count a company's vouchers along the path: said, stored, rejected, waiting.

        Args:
            company_id: whose books.
            streams: whose raw records are vouchers, one for one.
        """
        bound = (self._tenant_id, company_id)
        among = f"stream IN ({', '.join('?' * len(streams))})"
        with self._read() as transaction:

            def count(sql: str, *more: str) -> int:
                return int(transaction.rows(sql, (*bound, *more))[0][0])

            return Completeness(
                read=count(
                    f"SELECT count(*) FROM raw_record WHERE tenant_id = ? AND company_id = ? AND {among} "
                    "AND is_current",
                    *streams,
                ),
                stored=count(
                    "SELECT count(*) FROM voucher WHERE tenant_id = ? AND company_id = ? AND known_to IS NULL"
                ),
                rejected=count(
                    "SELECT count(DISTINCT i.raw_id) FROM issue i JOIN raw_record r ON r.tenant_id = i.tenant_id "
                    f"AND r.id = i.raw_id WHERE i.tenant_id = ? AND i.company_id = ? AND i.level = ? AND r.{among}",
                    IssueLevel.REJECTED.value,
                    *streams,
                ),
                pending=count(
                    f"SELECT count(*) FROM raw_pending WHERE tenant_id = ? AND company_id = ? AND {among}",
                    *streams,
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

    def voucher_counts(self, company_id: int, until: date | None = None) -> dict[str, VoucherCount]:
        """Count a company's current vouchers by the company's own type name, up to a day or all of them."""
        bound: list[Any] = [self._tenant_id, company_id]
        with self._read() as transaction:
            if until is not None:
                bound.append(transaction.dialect.values.day(until))
            rows = transaction.rows(
                "SELECT type_name, count(*), sum(CASE WHEN is_cancelled THEN 1 ELSE 0 END), "
                "sum(CASE WHEN is_optional AND NOT is_cancelled THEN 1 ELSE 0 END) FROM voucher WHERE tenant_id = ? "
                f"AND company_id = ? AND known_to IS NULL{'' if until is None else ' AND day <= ?'} GROUP BY type_name",
                bound,
            )
        return {name: VoucherCount(int(count), int(gone), int(optional)) for name, count, gone, optional in rows}

    def by_stream(self, company_id: int) -> dict[str, int]:
        """Count a company's current vouchers, parties and items by the stream they were read from; of any status.

        Of a stream whose records become one of these each, it is the number of records that are in the books.
        """
        found: Counter[str] = Counter()
        with self._read() as transaction:
            for table in _COUNTED_TABLES:
                rows = transaction.rows(
                    f"SELECT stream, count(*) FROM {table} WHERE tenant_id = ? AND company_id = ? "
                    "AND known_to IS NULL GROUP BY stream",
                    (self._tenant_id, company_id),
                )
                found.update({stream: int(count) for stream, count in rows})
        return dict(found)

    def company_masters(self, company_id: int) -> dict[str, int]:
        """Count a company's current masters by kind; what only vouchers name is none."""
        with self._read() as transaction:
            return {
                kind: int(
                    transaction.rows(
                        f"SELECT count(*) FROM {table} WHERE tenant_id = ? AND company_id = ? AND known_to IS NULL"
                        + (" AND NOT is_provisional" if table == "ledger" else ""),
                        (self._tenant_id, company_id),
                    )[0][0]
                )
                for kind, table in _MASTER_TABLES.items()
            }

    def first_day(self, company_id: int) -> date | None:
        """Day of the first voucher that counts; None without vouchers."""
        with self._read() as transaction:
            rows = transaction.rows(
                "SELECT min(day) FROM voucher WHERE tenant_id = ? AND company_id = ? AND counts AND known_to IS NULL",
                (self._tenant_id, company_id),
            )
            return transaction.dialect.values.read_day(rows[0][0])

    def last_seen(self, company_id: int, stream: str) -> dict[int, Sighting]:
        """When each raw record of a stream was last read, by its id: the newest run that saw it."""
        with self._read() as transaction:
            rows = transaction.rows(
                "SELECT s.raw_id, s.run_id, n.started_at FROM (SELECT r.raw_id, max(r.run_id) AS run_id "
                "FROM run_record r JOIN raw_record w ON w.tenant_id = r.tenant_id AND w.id = r.raw_id "
                "WHERE r.tenant_id = ? AND w.company_id = ? AND w.stream = ? AND w.is_current GROUP BY r.raw_id) s "
                "JOIN run n ON n.tenant_id = ? AND n.id = s.run_id",
                (self._tenant_id, company_id, stream, self._tenant_id),
            )
            read = transaction.dialect.values.read_moment
            return {raw_id: Sighting(run_id, read(moment)) for raw_id, run_id, moment in rows}

    def changes_since(self, company_id: int, moment: datetime, until: date | None = None) -> ChangesSince:
        """How a company's vouchers changed after a moment; with a day, only those of vouchers up to it."""
        with self._read() as transaction:
            at = transaction.dialect.values.moment(moment)
            mine = [self._tenant_id, company_id]
            day = "" if until is None else " AND day <= ?"
            days = [] if until is None else [transaction.dialect.values.day(until)]

            def ask(what: str, condition: str, *moments: Any) -> int:
                sql = f"SELECT {what} FROM voucher WHERE tenant_id = ? AND company_id = ? AND {condition}{day}"
                return int(transaction.rows(sql, (*mine, *moments, *days))[0][0])

            return ChangesSince(
                had_vouchers=bool(ask("count(*)", "known_from <= ?", at)),
                ended=ask("count(*)", "known_from <= ? AND known_to > ?", at, at),
                batches=ask("count(DISTINCT known_from)", "known_from > ?", at),
            )

    def changed_vouchers(self, company_id: int, moment: datetime) -> int:
        """Count the versions of vouchers that began or ended after a moment; an altered voucher counts twice."""
        with self._read() as transaction:
            at = transaction.dialect.values.moment(moment)
            sql = (
                "SELECT COALESCE(sum(CASE WHEN known_from > ? THEN 1 ELSE 0 END), 0) "
                "+ COALESCE(sum(CASE WHEN known_to > ? THEN 1 ELSE 0 END), 0) "
                "FROM voucher WHERE tenant_id = ? AND company_id = ?"
            )
            return int(transaction.rows(sql, (at, at, self._tenant_id, company_id))[0][0])

    def records_of_file(self, run_id: int, name: str) -> int:
        """Count the raw records a run read from a file, by where they say they come from; the books are none."""
        with self._read() as transaction:
            sql = (
                "SELECT count(*) FROM run_record r JOIN raw_record w ON w.tenant_id = r.tenant_id AND w.id = r.raw_id "
                "WHERE r.tenant_id = ? AND r.run_id = ? AND w.stream <> 'companies' "
                "AND substr(w.origin, 1, ?) IN (?, ?, ?)"
            )
            bound = (self._tenant_id, run_id, len(name) + 1, name, f"{name},", f"{name}#")
            return int(transaction.rows(sql, bound)[0][0])

    def has_moved_since(self, company_id: int, moment: datetime) -> bool:
        """Say whether anything that balances come from changed after a moment: vouchers, ledgers, groups."""
        with self._read() as transaction:
            at = transaction.dialect.values.moment(moment)
            bound = (self._tenant_id, company_id, at, at)
            return any(
                transaction.rows(
                    f"SELECT 1 FROM {table} WHERE tenant_id = ? AND company_id = ? "
                    "AND (known_from > ? OR known_to > ?) LIMIT 1",
                    bound,
                )
                for table in ("voucher", "ledger", "account_group")
            )


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
