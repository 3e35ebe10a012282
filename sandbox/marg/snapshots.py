"""Balances and open bills as they stand on the last day of the books: what is negative is a debit, owed to us.

Open bills come from the truth, which is added up from the vouchers alone. What a party's balance holds beyond its bills
stands as a row without number; whether Marg shows it so is not known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from sandbox.marg.codes import Codes
from sandbox.marg.values import credit_positive, rupees
from sandbox.world.masters import Masters
from sandbox.world.truth import BillTruth, PartyTruth, Truth

Row = dict[str, Any]
Rows = Iterator[tuple[str, Row]]


def snapshot_rows(truth: Truth, masters: Masters, codes: Codes) -> Rows:
    """Yield collection and row of every balance and open bill."""
    opening: Counter[str] = Counter()
    closing: Counter[str] = Counter()
    for name, row in truth.trial_balance.items():
        code = codes.ledgers[name]
        opening[codes.group_of(row.group)] += row.opening
        closing[codes.group_of(row.group)] += row.closing
        yield (
            "PBal",
            {"CID": code.lower(), "Opening": credit_positive(row.opening), "Balance": credit_positive(row.closing)},
        )
    for group, paise in closing.items():
        if group:
            yield "AcBal", {"AID": group, "Opening": credit_positive(opening[group]), "Balance": credit_positive(paise)}
    openings = {(party.name, bill.ref) for party in masters.parties for bill in party.opening_bills}
    groups = {party.name: codes.group_of(party.group) for party in masters.parties}
    for name, party in truth.parties.items():
        yield from (("Outstanding", row) for row in _open(party, codes.ledgers[name], groups[name], openings))


def _open(party: PartyTruth, code: str, group: str, openings: set[tuple[str, str]]) -> Iterator[Row]:
    for bill in party.bills:
        yield _row(bill, code, group, is_old=(party.ledger, bill.ref) in openings)
    if party.on_account:
        yield {
            **dict.fromkeys(("VCN", "Voucher", "SVoucher", "AddField"), ""),
            "ORD": code,
            "Date": "1900-01-01",
            "Days": 0,
            "Final": rupees(abs(party.on_account)),
            "Balance": credit_positive(party.on_account),
            "PdLess": 0,
            "Group": group,
        }


def _row(bill: BillTruth, code: str, group: str, *, is_old: bool) -> Row:
    return {
        "ORD": code,
        "Date": bill.bill_date.isoformat(),
        "VCN": bill.ref,
        "Days": (bill.due_date - bill.bill_date).days,
        "Final": rupees(abs(bill.paise)),
        "Balance": credit_positive(bill.paise),
        "PdLess": 0,
        "Group": group,
        "Voucher": "" if is_old else "1",
        "SVoucher": "",
        "AddField": "",
    }
