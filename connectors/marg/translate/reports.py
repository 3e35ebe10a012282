"""What Marg says of balances and open bills: oracles, each with the moment it stands for.

``Outstanding`` is a snapshot of open bills: debtors owe what is negative there. Receipts do not say which bill they
settle, so bills are compared one by one only if the settings let remarks name them; otherwise the sum of a party's open
bills is compared with its balance. Bills from before the books are part of an opening balance that is not itemised, so
they are never compared by themselves. After a pull of changes the snapshot may be a part of itself: then only what it
lists is compared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from canonical.ledger import name_key
from canonical.money import ZERO
from canonical.proof import ReportKind, ReportLine, SourceReport
from connectors.marg.streams import GROUP_BALANCES, OUTSTANDING, PARTY_BALANCES
from connectors.marg.translate.chart import group_key
from connectors.marg.translate.learned import Learned
from connectors.marg.translate.legs import REMARK
from connectors.marg.translate.values import Json, amount_of, find_day, key_of, rows_of, text_of

ORACLE = "Marg"


def read_report(content: Json, learned: Learned) -> SourceReport | None:
    """Read a stored record of the stream ``reports``.

    Returns:
        The oracle; None for a kind that a later version writes.

    Raises:
        UnreadableValue: an amount is no number.
    """
    match content.get("report"):
        case "balances":
            return _balances(content, learned)
        case "outstanding" if learned.reading.get("bill_references") == REMARK:
            return _open_bills(content, learned)
        case "outstanding":
            return _party_sums(content)
        case _:
            return None


def as_of(content: Json) -> date | None:
    """The day in India that the snapshot stands for."""
    return find_day(content, "moment")


def _balances(content: Json, learned: Learned) -> SourceReport:
    """Closing balances of ledgers, and of groups without others below: whether a group's holds theirs is not known."""
    above = {group.parent_key for group in learned.groups.values()}
    ledgers = [(key_of(text_of(row, "CID")), row) for row in rows_of(content, PARTY_BALANCES)]
    groups = [(group_key(text_of(row, "AID")), row) for row in rows_of(content, GROUP_BALANCES)]
    groups = [(key, row) for key, row in groups if key in learned.groups and key not in above]
    return SourceReport(
        kind=ReportKind.TRIAL_BALANCE,
        lines=tuple(ReportLine(name=key, net=-amount_of(row, "Balance")) for key, row in (*ledgers, *groups)),
        as_of=as_of(content),
        oracle=f"{ORACLE}: balances of ledgers and groups (PBal, AcBal)",
        note="as Marg says them; the period of income and expense is not said",
        is_partial=True,
    )


def _party_sums(content: Json) -> SourceReport:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows_of(content, OUTSTANDING):
        sums[key_of(text_of(row, "ORD"))] -= amount_of(row, "Balance")
    return SourceReport(
        kind=ReportKind.TRIAL_BALANCE,
        lines=tuple(ReportLine(name=key, net=net) for key, net in sorted(sums.items())),
        as_of=as_of(content),
        oracle=f"{ORACLE}: open bills by party (Outstanding)",
        note="compared by party: receipts do not say which bill they settle",
        is_partial=True,
        is_refused=not content.get("whole"),
    )


def _open_bills(content: Json, learned: Learned) -> SourceReport:
    """Bills receivable; creditors' bills are in the same snapshot and are compared by party sums only."""
    return SourceReport(
        kind=ReportKind.BILLS_RECEIVABLE,
        lines=tuple(_lines(content, learned)),
        as_of=as_of(content),
        oracle=f"{ORACLE}: open bills (Outstanding)",
        note="bills from before the books stand in opening balances and are not compared one by one",
        is_partial=True,
    )


def _lines(content: Json, learned: Learned) -> Iterator[ReportLine]:
    for row in rows_of(content, OUTSTANDING):
        net, ref = -amount_of(row, "Balance"), text_of(row, "VCN")
        if net > ZERO and ref and text_of(row, "Voucher") and text_of(row, "Group")[:1].upper() == "D":
            day = find_day(row, "Date")
            yield ReportLine(
                name=name_key(text_of(row, "ORD")), net=net, ref=ref, bill_date=day, due_date=_due(row, day, learned)
            )


def _due(row: Json, day: date | None, learned: Learned) -> date | None:
    """The bill's own days, else the party's; Marg has no due date."""
    days = int(amount_of(row, "Days"))
    if day is None:
        return None
    if days:
        return day + timedelta(days=days)
    ledger = learned.ledgers.get(key_of(text_of(row, "ORD")))
    return ledger.credit_period.due_date(day) if ledger and ledger.credit_period else day
