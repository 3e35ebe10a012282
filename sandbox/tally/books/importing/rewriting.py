"""What Tally silently makes of an imported voucher before it stores it.

Measured: dates given for new bills are replaced by the voucher's; allocations of ledgers that keep no bills are
dropped; On Account rows lose their name; an Advance under a reference that exists becomes Agst Ref; the party of a
payment or receipt reads back as its bank or cash ledger; ``1 Day`` becomes ``1 Days``, more than 9999 days nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from canonical.voucher_type import VoucherKind
from sandbox.tally.books.bills import bills_of
from sandbox.tally.books.masters import reserved_name
from sandbox.tally.books.moves import ENTRY_LISTS, ON_ACCOUNT
from sandbox.tally.books.records import Master
from sandbox.tally.books.references import fold
from sandbox.tally.books.tree import Element

if TYPE_CHECKING:
    from sandbox.tally.books.live import LiveCompany

_MONEY_GROUPS = frozenset({"Cash-in-Hand", "Bank Accounts", "Bank OD A/c"})
_MONEY_KINDS = frozenset({VoucherKind.PAYMENT, VoucherKind.RECEIPT})
_DAYS_MAX = 9999
_SINGULAR = {"Day": "Days", "Week": "Weeks", "Month": "Months"}


def rewrite_voucher(company: LiveCompany, element: Element) -> Element:
    """Return the voucher as Tally would store it; names are still names."""
    children = [
        _entry(company, child) if child.tag in ENTRY_LISTS else child
        for child in element.children
        if child.tag not in ("REMOTEID", "BILLDATE")
    ]
    bank = _money_ledger(company, element)
    if bank is not None:
        children = [child._replace(text=bank) if child.tag == "PARTYLEDGERNAME" else child for child in children]
    return element._replace(children=tuple(children))


def _money_ledger(company: LiveCompany, element: Element) -> str | None:
    """Return the first bank or cash ledger of a payment or receipt that names a party."""
    name = element.value("VOUCHERTYPENAME") or element.attributes.get("VCHTYPE", "")
    voucher_type = company.masters.find("VOUCHERTYPE", name)
    if voucher_type is None or company.kind_of(voucher_type.master_id) not in _MONEY_KINDS:
        return None
    for entry in element.children:
        ledger = company.masters.find("LEDGER", entry.value("LEDGERNAME")) if entry.tag in ENTRY_LISTS else None
        if ledger is not None and _is_money(company, ledger):
            return ledger.name
    return None


def _is_money(company: LiveCompany, ledger: Master) -> bool:
    return any(reserved_name(row) in _MONEY_GROUPS for row in company.masters.lineage(ledger))


def _entry(company: LiveCompany, entry: Element) -> Element:
    ledger = company.masters.find("LEDGER", entry.value("LEDGERNAME"))
    if ledger is None:
        return entry
    keeps_bills = ledger.tree.value("ISBILLWISEON") == "Yes"
    children = [
        _bill(company, ledger, child) if child.tag == "BILLALLOCATIONS.LIST" else child
        for child in entry.children
        if keeps_bills or child.tag != "BILLALLOCATIONS.LIST"
    ]
    return entry._replace(children=tuple(children))


def _bill(company: LiveCompany, ledger: Master, bill: Element) -> Element:
    kind = bill.value("BILLTYPE")
    dropped = {"BILLDATE", *(("NAME",) if kind == ON_ACCOUNT else ())}
    rows = [child for child in bill.children if child.tag not in dropped]
    if kind == "Advance" and _is_known(company, ledger, bill.value("NAME")):
        rows = [child._replace(text="Agst Ref") if child.tag == "BILLTYPE" else child for child in rows]
    rows = [child._replace(text=_terms(child.text)) if child.tag == "BILLCREDITPERIOD" else child for child in rows]
    return bill._replace(children=tuple(rows))


def _is_known(company: LiveCompany, ledger: Master, ref: str) -> bool:
    last = company.whole_period.end
    return any(row.ledger_id == ledger.master_id and fold(row.ref) == fold(ref) for row in bills_of(company, last))


def _terms(text: str) -> str:
    number, _, unit = text.strip().partition(" ")
    if not number.isdecimal():
        return text.strip()
    if int(number) > _DAYS_MAX:
        return ""
    return f"{number} {_SINGULAR.get(unit, unit or 'Days')}"
