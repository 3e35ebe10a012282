"""Trial balance and ledger entries: openings and postings, as of a day and as known at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from canonical.dates import Period
from canonical.money import ZERO
from storage.engine import Transaction
from storage.reports.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerBalance:
    """One line of the trial balance, debit-positive rupees except ``debit`` and ``credit``.

    Attributes:
        ledger_id: of the ledger's version, for tracing; None where no master and no placeholder is stored.
        opening: at the start of the books; zero where the source did not say.
        debit: sum of the debit postings; ``credit`` of the credit ones (positive).
    """

    ledger_key: str
    name: str
    group_key: str
    reserved: str
    opening: Decimal
    debit: Decimal
    credit: Decimal
    ledger_id: int | None = None

    @property
    def closing(self) -> Decimal:
        """Opening and postings."""
        return self.opening + self.debit - self.credit


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One posting of a ledger; ``net`` is debit-positive rupees, ``balance`` runs."""

    voucher_id: int
    line: int
    day: date
    kind: str
    type_name: str
    number: str
    party_key: str
    net: Decimal
    balance: Decimal

    @property
    def trace_id(self) -> str:
        """For ``reports.trace``."""
        return f"p:{self.voucher_id}:{self.line}"


def trial_balance(transaction: Transaction, company_id: int, clock: Clock) -> list[LedgerBalance]:
    """Return every ledger with an opening balance or a posting, ordered by name."""
    amount = transaction.dialect.values.read_amount
    mine = (transaction.tenant_id, company_id)
    visible, bound = clock.visible(transaction, "day")
    sums = transaction.rows(
        "SELECT ledger_key, SUM(CASE WHEN net > 0 THEN net ELSE 0 END), SUM(CASE WHEN net < 0 THEN -net ELSE 0 END) "
        f"FROM posting WHERE tenant_id = ? AND company_id = ? AND {visible} GROUP BY ledger_key",
        (*mine, *bound),
    )
    moved = {key: (amount(debit), amount(credit)) for key, debit, credit in sums}
    known, bound = clock.known(transaction)
    masters = transaction.rows(
        "SELECT key, name, group_key, reserved, opening, id FROM ledger WHERE tenant_id = ? AND company_id = ? "
        f"AND {known} ORDER BY id",
        (*mine, *bound),
    )
    by_key = {row[0]: row for row in masters}  # of several masters of one name the latest counts
    found = []
    for key in by_key.keys() | moved.keys():
        _, name, group_key, reserved, stored, ledger_id = by_key.get(key, (key, key, "", "", None, None))
        opening = amount(stored) if stored is not None and clock.has_opening else ZERO
        debit, credit = moved.get(key, (ZERO, ZERO))
        if opening or key in moved:
            found.append(
                LedgerBalance(
                    ledger_key=key,
                    name=name,
                    group_key=group_key,
                    reserved=reserved,
                    opening=opening,
                    debit=debit,
                    credit=credit,
                    ledger_id=ledger_id,
                )
            )
    return sorted(found, key=lambda row: (row.name.casefold(), row.ledger_key))


def ledger_opening(transaction: Transaction, company_id: int, ledger_key: str, clock: Clock) -> Decimal:
    """Balance of one ledger at the end of the clock's day, debit-positive rupees."""
    amount = transaction.dialect.values.read_amount
    mine = (transaction.tenant_id, company_id, ledger_key)
    visible, bound = clock.visible(transaction, "day")
    (moved,) = transaction.rows(
        f"SELECT SUM(net) FROM posting WHERE tenant_id = ? AND company_id = ? AND ledger_key = ? AND {visible}",
        (*mine, *bound),
    )
    balance = ZERO if moved[0] is None else amount(moved[0])
    if clock.has_opening:
        known, bound = clock.known(transaction)
        rows = transaction.rows(
            f"SELECT opening FROM ledger WHERE tenant_id = ? AND company_id = ? AND key = ? AND {known} "
            "ORDER BY id DESC LIMIT 1",
            (*mine, *bound),
        )
        balance += amount(rows[0][0]) if rows else ZERO
    return balance


def ledger_entries(  # noqa: PLR0917 - all of them make one question
    transaction: Transaction, company_id: int, ledger_key: str, period: Period, clock: Clock, opening: Decimal
) -> Iterator[LedgerEntry]:
    """Yield a ledger's counting postings of a period by day, with a running balance."""
    values = transaction.dialect.values
    visible, bound = clock.visible(transaction, "day", "p.")
    rows = transaction.rows(
        "SELECT p.voucher_id, p.line, p.day, v.kind, v.type_name, v.number, v.party_key, p.net FROM posting p "
        "JOIN voucher v ON v.tenant_id = p.tenant_id AND v.id = p.voucher_id WHERE p.tenant_id = ? "
        f"AND p.company_id = ? AND p.ledger_key = ? AND p.day >= ? AND {visible} "
        "ORDER BY p.day, v.source_version, p.voucher_id, p.line",
        (transaction.tenant_id, company_id, ledger_key, values.day(period.start), *bound),
    )
    balance = opening
    for voucher_id, line, day, kind, type_name, number, party_key, net in rows:
        balance += values.read_amount(net)
        yield LedgerEntry(
            voucher_id=voucher_id,
            line=line,
            day=values.read_day(day) or period.start,
            kind=kind,
            type_name=type_name,
            number=number,
            party_key=party_key,
            net=values.read_amount(net),
            balance=balance,
        )
