"""Zoho's own figures as oracles: balances of accounts, contacts and open documents, lengths of its lists.

Zoho's report API is not documented, so the oracles are what its lists say beside the documents: the balance of every
account (``chartofaccounts?showbalance``), what every contact owes and has to its credit, and the ``balance`` of every
open document. None of them takes part in translation, which derives the same figures from entries and applications.

What is left out, because Zoho derives it or does not say it for a day: income and expense (their period is unknown),
retained earnings, stock; of contacts with credits their net position, where an account for advances holds part of it.

Stored form (``"lacks": true`` beside ``moved`` where not everything was read)::

    {"report": "balances", "moved": false, "sign": "natural", "accounts": [{"id", "name", "type", "balance"}],
     "contacts": [{"id", "name", "type", "net", "has_credits"}]}
    {"report": "open_receivable" | "open_payable", "moved": false, "documents": [{"contact", "name", "ref", "net",
     "day", "due"}]}
    {"report": "documents" | "masters", "moved": false, "day": "2026-04-01", "counts": {"invoices": 12}}

Counts are of whole lists; a list without one was not counted, because its pages contradicted each other or the day's
calls did not hold it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from canonical.ledger import name_key
from canonical.money import ZERO
from canonical.proof import ReportKind, ReportLine, SourceReport
from connectors.zoho.streams import DOCUMENTS_COUNTED, MASTERS_COUNTED
from connectors.zoho.translate.learned import AccountFact, is_control
from connectors.zoho.translate.node import amount_of, find_day, nodes_of, text_of

BALANCES, OPEN_RECEIVABLE, OPEN_PAYABLE = "balances", "open_receivable", "open_payable"
DOCUMENTS, MASTERS = "documents", "masters"
NATURAL, DEBIT = "natural", "debit"
"""Signs of an account's balance: positive on its natural side, or positive for a debit."""
NOT_COMPARED = frozenset({"income", "other_income", "expense", "other_expense", "cost_of_goods_sold", "stock"})
RETAINED = name_key("Retained Earnings")
_CREDIT_TYPES = frozenset(
    {
        "accounts_payable",
        "other_current_liability",
        "other_liability",
        "non_current_liability",
        "long_term_liability",
        "contract_liability",
        "credit_card",
        "output_tax",
        "overseas_tax_payable",
        "equity",
    }
)
NOT_COUNTED = "bank transactions are not counted: Zoho lists those of other documents among them"
MOVED = "the books changed while they were read; the next sync reads them again"
LACKS = "not everything was read (calls ran out, or a part was refused); khata issues says what"


def read_report(told: Mapping[str, Any], names: Mapping[str, str]) -> SourceReport | None:
    """Read a stored record of the stream ``reports``.

    Args:
        told: its object.
        names: of contacts, by id.

    Returns:
        The oracle; None for a kind that a later version writes.
    """
    match told.get("report"):
        case "balances":
            return _balances(told)
        case "open_receivable":
            return _open(told, ReportKind.BILLS_RECEIVABLE, names)
        case "open_payable":
            return _open(told, ReportKind.BILLS_PAYABLE, names)
        case "documents":
            return _counts(told, ReportKind.VOUCHER_COUNTS, DOCUMENTS_COUNTED, NOT_COUNTED)
        case "masters":
            return _counts(told, ReportKind.MASTER_COUNTS, MASTERS_COUNTED)
        case _:
            return None


def _note(told: Mapping[str, Any]) -> str:
    if told.get("lacks"):
        return LACKS
    return MOVED if told.get("moved") else ""


def _balances(told: Mapping[str, Any]) -> SourceReport:
    accounts = [row for row in nodes_of(told, "accounts") if _is_compared(row)]
    is_debit = told.get("sign") == DEBIT
    held = [AccountFact(text_of(row, "id"), text_of(row, "name"), text_of(row, "type")) for row in accounts]
    nets = [_signed(row, is_debit=is_debit) for row in accounts]
    holds_advances = any(
        net
        for fact, net in zip(held, nets, strict=True)
        if is_control(fact) and not fact.account_type.startswith("acc")
    )
    contacts = [row for row in nodes_of(told, "contacts") if not (holds_advances and row.get("has_credits"))]
    shown = Counter(name_key(text_of(row, "name")) for row in (*accounts, *contacts))
    lines = [(row, net) for row, net in zip(accounts, nets, strict=True)]
    lines += [(row, amount_of(row, "net")) for row in contacts]
    return SourceReport(
        kind=ReportKind.TRIAL_BALANCE,
        lines=tuple(ReportLine(name=_name(row, shown), net=net) for row, net in lines),
        oracle="Zoho Books: balances of accounts and contacts",
        note=_note(told) or "income, expense, stock and retained earnings are not compared",
        is_refused=bool(_note(told)),
        is_partial=True,
    )


def _is_compared(row: Mapping[str, Any]) -> bool:
    return (
        text_of(row, "type") not in NOT_COMPARED
        and name_key(text_of(row, "name")) != RETAINED
        and bool(text_of(row, "balance"))
    )


def _signed(row: Mapping[str, Any], *, is_debit: bool) -> Decimal:
    amount = amount_of(row, "balance")
    return -amount if not is_debit and text_of(row, "type") in _CREDIT_TYPES else amount


def _name(row: Mapping[str, Any], shown: Counter[str]) -> str:
    """What people call it, unless two are called so: then the id, which is the key it has here."""
    name = text_of(row, "name")
    return name if name and shown[name_key(name)] == 1 else text_of(row, "id")


def _open(told: Mapping[str, Any], kind: ReportKind, names: Mapping[str, str]) -> SourceReport:
    twice = {name for name, count in Counter(map(name_key, names.values())).items() if count > 1}
    return SourceReport(
        kind=kind,
        lines=tuple(_document(row, twice) for row in nodes_of(told, "documents")),
        oracle="Zoho Books: balances of open documents",
        note=_note(told) or "opening balances, advances and journals have no list of their own",
        is_refused=bool(_note(told)),
        is_partial=True,
    )


def _document(row: Mapping[str, Any], twice: set[str]) -> ReportLine:
    name = text_of(row, "name")
    return ReportLine(
        name=text_of(row, "contact") if name_key(name) in twice or not name else name,
        net=amount_of(row, "net"),
        ref=text_of(row, "ref"),
        bill_date=find_day(row, "day"),
        due_date=find_day(row, "due"),
    )


def _counts(told: Mapping[str, Any], kind: ReportKind, names: Mapping[str, str], limit: str = "") -> SourceReport:
    """Numbers of a list's records; of names that a later version writes nothing is made."""
    counts: Mapping[str, Any] = told.get("counts") or {}
    left_out = [words for stream, words in names.items() if stream not in counts]
    silent = f"not counted this time: {', '.join(left_out)}" if left_out else ""
    return SourceReport(
        kind=kind,
        lines=tuple(
            ReportLine(name=words, net=Decimal(counts[stream]), ref=stream)
            for stream, words in names.items()
            if stream in counts
        ),
        as_of=find_day(told, "day"),
        oracle=f"Zoho Books: lengths of its lists of {kind.value.partition('_')[0]}s",
        note=_note(told) or "; ".join(filter(None, (silent, limit))),
        is_refused=bool(_note(told)) or not counts,
    )


def contact_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """What a row of the list of contacts says of the contact's position, debit-positive, in the books' currency."""
    owed, credit = _base(row, "outstanding_receivable_amount"), _base(row, "unused_credits_receivable_amount")
    owing, paid = _base(row, "outstanding_payable_amount"), _base(row, "unused_credits_payable_amount")
    return {
        "id": text_of(row, "contact_id"),
        "name": text_of(row, "contact_name"),
        "type": text_of(row, "contact_type"),
        "net": f"{owed - credit - owing + paid:f}",
        "has_credits": bool(credit or paid),
    }


def _base(row: Mapping[str, Any], field: str) -> Decimal:
    return amount_of(row, f"{field}_bcy") if text_of(row, f"{field}_bcy") else amount_of(row, field)


def account_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """What a row of the chart of accounts says of an account's balance."""
    return {
        "id": text_of(row, "account_id"),
        "name": text_of(row, "account_name"),
        "type": text_of(row, "account_type"),
        "balance": text_of(row, "current_balance", "closing_balance", "balance"),
    }


def receivable_outstanding(invoices: Iterable[Mapping[str, Any]]) -> Decimal:
    """What invoices come to as receivables: drafts, voids and unapproved ones carry a balance that nobody owes."""
    return sum((amount_of(row, "balance") for row in invoices if counts(row)), ZERO)


def counts(row: Mapping[str, Any]) -> bool:
    """Whether a document of a list is in the books, by its status."""
    return text_of(row, "status") not in OUTSIDE


OUTSIDE = frozenset({"draft", "void", "pending_approval", "approval_overdue", "rejected", "submitted", "scheduled"})
