"""Ledger lines of a voucher as text: amount, bills, instruments, cost centres, tax objects."""

from __future__ import annotations

from canonical.bill import BillRefKind
from sandbox.tally.options import Release
from sandbox.tally.scaffold import Scaffold
from sandbox.tally.text import amount, day_serial, escape, percent, words_of, yes, ymd
from sandbox.world.identities import uuid_of
from sandbox.world.truth import BILL_WORDS
from sandbox.world.vouchers import BankMode, BankMove, BillMove, CostMove, Entry, TdsMove, Voucher

_TRANSACTION_TYPES = {
    BankMode.CHEQUE: "Cheque",
    BankMode.NEFT: "e-Fund Transfer",
    BankMode.RTGS: "e-Fund Transfer",
    BankMode.UPI: "Others",
    BankMode.TRANSFER: "Inter Bank Transfer",
    BankMode.CASH: "Cash",
}
_ROUNDING = "       <ROUNDTYPE>Normal Rounding</ROUNDTYPE>\n       <ROUNDLIMIT> 1</ROUNDLIMIT>\n"


def render_entry(
    tag: str, entry: Entry, voucher: Voucher, *, release: Release, scaffold: Scaffold, items: str = ""
) -> str:
    """Write one ledger line; ``items`` is the text of the goods listed under it."""
    is_debit = entry.paise > 0 if entry.flag_debit is None else entry.flag_debit
    lists = "".join([_render_bill(move, voucher, scaffold) for move in entry.bills]) if entry.bills else ""
    if entry.banks:
        lists += "".join(
            [_render_bank(move, voucher, with_ids=release.gst_status and not scaffold.is_lean) for move in entry.banks]
        )
    if entry.costs:
        lists += render_costs(entry.costs, 7)
    if entry.tds:
        lists += _render_tds(entry.tds, voucher)
    party = f"       <ISPARTYLEDGER>{yes(entry.is_party)}</ISPARTYLEDGER>\n"
    if scaffold.is_lean and not entry.is_party:
        party = ""
    return (
        f"      <{tag}>\n{scaffold.audit_ids}{_ROUNDING if entry.is_rounding else ''}"
        f"       <LEDGERNAME>{escape(entry.ledger)}</LEDGERNAME>\n"
        f"{scaffold.gst_class}       <ISDEEMEDPOSITIVE>{yes(is_debit)}</ISDEEMEDPOSITIVE>\n"
        f"{scaffold.entry_flags}"
        f"{party}"
        f"       <AMOUNT>{amount(entry.paise)}</AMOUNT>\n"
        f"{lists}{items}{scaffold.entry_lists}      </{tag}>\n"
    )


def _render_bill(move: BillMove, voucher: Voucher, scaffold: Scaffold) -> str:
    """Write one bill allocation; on-account rows have no name."""
    name = "" if move.kind is BillRefKind.ON_ACCOUNT else f"        <NAME>{escape(move.ref)}</NAME>\n"
    period = ""
    if move.terms is not None:
        words = words_of(move.terms)
        serial = day_serial(voucher.day)
        period = f'        <BILLCREDITPERIOD JD="{serial}" P="{words}">{words}</BILLCREDITPERIOD>\n'
    return (
        f"       <BILLALLOCATIONS.LIST>\n{name}{period}"
        f"        <BILLTYPE>{BILL_WORDS[move.kind]}</BILLTYPE>\n"
        f"{scaffold.bill_flags}"
        f"        <AMOUNT>{amount(move.paise)}</AMOUNT>\n"
        "       </BILLALLOCATIONS.LIST>\n"
    )


def _render_bank(move: BankMove, voucher: Voucher, *, with_ids: bool) -> str:
    kind = "Cheque/DD" if move.mode is BankMode.CHEQUE and move.is_receipt else _TRANSACTION_TYPES[move.mode]
    rows = [f"        <DATE>{ymd(move.day)}</DATE>\n        <INSTRUMENTDATE>{ymd(move.day)}</INSTRUMENTDATE>\n"]
    if move.cleared_on:
        rows.append(f"        <BANKERSDATE>{ymd(move.cleared_on)}</BANKERSDATE>\n")
    if with_ids:
        unique = uuid_of(f"{voucher.index}/{move.number}{move.reference}")
        rows.append(
            f"        <NAME>{unique}</NAME>\n        <UNIQUEREFERENCENUMBER>{unique[:18]}</UNIQUEREFERENCENUMBER>\n"
        )
    rows.append(f"        <TRANSACTIONTYPE>{kind}</TRANSACTIONTYPE>\n")
    if move.number:
        rows.append(f"        <INSTRUMENTNUMBER>{move.number}</INSTRUMENTNUMBER>\n")
        rows.append("        <CHEQUECROSSCOMMENT>A/c Payee</CHEQUECROSSCOMMENT>\n")
    if move.reference:
        rows.append(f"        <TRANSFERMODE>{move.mode}</TRANSFERMODE>\n")
        rows.append(f"        <TRANSACTIONID>{move.reference}</TRANSACTIONID>\n")
    return (
        f"       <BANKALLOCATIONS.LIST>\n{''.join(rows)}"
        f"        <PAYMENTFAVOURING>{escape(move.favouring)}</PAYMENTFAVOURING>\n"
        "        <PAYMENTMODE>Transacted</PAYMENTMODE>\n"
        f"        <AMOUNT>{amount(move.paise)}</AMOUNT>\n       </BANKALLOCATIONS.LIST>\n"
    )


def render_costs(costs: tuple[CostMove, ...], indent: int) -> str:
    """Write cost allocations: under their category, or directly where the posting has none."""
    pad = " " * indent
    centres = "".join([_render_centre(move, pad + (" " if move.category else "")) for move in costs])
    if not costs[0].category:
        return centres
    return (
        f"{pad}<CATEGORYALLOCATIONS.LIST>\n{pad} <CATEGORY>{escape(costs[0].category)}</CATEGORY>\n"
        f"{pad} <ISDEEMEDPOSITIVE>{yes(costs[0].paise > 0)}</ISDEEMEDPOSITIVE>\n{centres}"
        f"{pad}</CATEGORYALLOCATIONS.LIST>\n"
    )


def _render_centre(move: CostMove, pad: str) -> str:
    return (
        f"{pad}<COSTCENTREALLOCATIONS.LIST>\n{pad} <NAME>{escape(move.centre)}</NAME>\n"
        f"{pad} <AMOUNT>{amount(move.paise)}</AMOUNT>\n{pad}</COSTCENTREALLOCATIONS.LIST>\n"
    )


def _render_tds(tds: TdsMove, voucher: Voucher) -> str:
    unique = uuid_of(f"tds/{voucher.index}")[:16].replace("-", "")
    return (
        "       <TAXOBJECTALLOCATIONS.LIST>\n"
        "        <CATEGORY>Payments to Contractors</CATEGORY>\n        <TAXTYPE>TDS</TAXTYPE>\n"
        f"        <TAXNAME>{unique}</TAXNAME>\n        <PARTYLEDGER>{escape(tds.party)}</PARTYLEDGER>\n"
        f"        <EXPENSES>{escape(tds.expense)}</EXPENSES>\n        <REFTYPE>New Ref</REFTYPE>\n"
        "        <ISPANVALID>Yes</ISPANVALID>\n        <ISTDSDEDUCTED>Yes</ISTDSDEDUCTED>\n"
        "        <SUBCATEGORYALLOCATION.LIST>\n         <SUBCATEGORY>Income Tax</SUBCATEGORY>\n"
        f"         <TAXRATE>{percent(tds.rate)}</TAXRATE>\n"
        f"         <ASSESSABLEAMOUNT>{amount(-tds.assessable)}</ASSESSABLEAMOUNT>\n"
        f"         <TAX>{amount(-tds.tax)}</TAX>\n        </SUBCATEGORYALLOCATION.LIST>\n"
        "       </TAXOBJECTALLOCATIONS.LIST>\n"
    )
