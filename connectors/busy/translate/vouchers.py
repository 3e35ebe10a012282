"""A staged voucher into a canonical one: postings that balance, bills both ways, goods, taxes.

Every accounting voucher balances or is rejected, and its raw record stays. A cancelled one keeps its number and carries
nothing. Orders, challans, stock and memo vouchers never count in the books, whatever postings they bring.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from canonical.issue import IssueLevel
from canonical.ledger import Ledger
from canonical.money import Side, split_signed
from canonical.party import PartyRole
from canonical.record import SourceRef
from canonical.tax import TaxHead, TaxLine
from canonical.voucher import BankAllocation, Posting, Voucher
from canonical.voucher_type import VoucherKind
from connectors.busy.staging import LedgerLeg, VoucherRow
from connectors.busy.streams import ACCOUNTS
from connectors.busy.translate.allocations import allot
from connectors.busy.translate.documents import read_details, read_e_invoice, read_e_way_bills
from connectors.busy.translate.learned import head_for
from connectors.busy.translate.lexicon import (
    DEBIT_TAX_KINDS,
    MONEY_KINDS,
    OPENING_VOUCHER,
    PARTY_GROUPS,
    SUPPLIER_KINDS,
    type_of,
)
from connectors.busy.translate.lines import read_item_lines
from connectors.busy.translate.parties import party_for
from connectors.busy.translate.reading import Reading

TRADE_KINDS = frozenset({VoucherKind.SALES, VoucherKind.PURCHASE, VoucherKind.CREDIT_NOTE, VoucherKind.DEBIT_NOTE})
_ROLES = {VoucherKind.RECEIPT: PartyRole.CUSTOMER, VoucherKind.PAYMENT: PartyRole.SUPPLIER}


def read_voucher(row: VoucherRow, reading: Reading) -> Voucher | None:
    """Read a voucher; None for what holds openings, which the masters tell.

    Raises:
        UnbalancedVoucher: its debits and credits differ.
    """
    if row.voucher_type == OPENING_VOUCHER:
        return None
    kind, word = type_of(row.voucher_type).kind, type_of(row.voucher_type).word
    reading.label = f"{word} {row.number or '(no number)'} of {row.day}"
    if word.startswith("Voucher type"):
        _note_unknown(row, reading)
    carries = not row.is_cancelled
    postings = _postings(row, reading) if carries else ()
    party_key, party_name = _party(row, kind, postings, reading)
    voucher = Voucher(
        source=reading.source,
        kind=kind,
        type_name=word,
        day=row.day,
        number=row.number,
        reference=row.reference if kind in SUPPLIER_KINDS else "",
        reference_date=row.reference_day if kind in SUPPLIER_KINDS and row.reference else None,
        party_key=party_key,
        party_name=party_name,
        narration=row.narration,
        is_cancelled=row.is_cancelled,
        is_invoice=bool(row.items) and kind in TRADE_KINDS,
        postings=postings,
        items=read_item_lines(row, kind, reading) if carries else (),
        taxes=_taxes(postings, kind, reading) if carries else (),
        details=read_details(row, kind),
        e_invoice=read_e_invoice(row),
        e_way_bills=read_e_way_bills(row),
        entered_by=row.entered_by,
        altered_by=row.altered_by,
        extras=_extras(row),
    )
    _introduce(row, voucher, reading)
    if carries and kind.is_accounting and not postings:
        _note_empty(reading)
    return voucher


def _note_unknown(row: VoucherRow, reading: Reading) -> None:
    reading.note_once(
        "busy.voucher_type.unknown",
        IssueLevel.ACTION_REQUIRED,
        str(row.voucher_type),
        f"BUSY's voucher type {row.voucher_type} is new to us; its vouchers count in the books as they balance.",
        "Tell us what this type is in BUSY.",
    )


def _note_empty(reading: Reading) -> None:
    reading.note(
        "busy.voucher.no_postings",
        IssueLevel.WARNING,
        f"{reading.label} has no postings; it counts for nothing in the books.",
        hint="Export vouchers in full from BUSY, with their accounting entries.",
    )


def _postings(row: VoucherRow, reading: Reading) -> tuple[Posting, ...]:
    keys = [_key(leg, reading) for leg in row.legs]
    bills = allot(row, keys, reading)
    return tuple(
        _posting(leg, key, bills.get(place, ()), row, reading)
        for place, (leg, key) in enumerate(zip(row.legs, keys, strict=True))
    )


def _key(leg: LedgerLeg, reading: Reading) -> str:
    return (
        reading.learned.key_of(ACCOUNTS, reading.year, leg.account_code, leg.account_name) or f"code {leg.account_code}"
    )


def _posting(leg: LedgerLeg, key: str, bills: Any, row: VoucherRow, reading: Reading) -> Posting:
    side, amount = split_signed(leg.amount)
    name = leg.account_name.strip() or reading.learned.name_of(ACCOUNTS, key) or key
    bank = BankAllocation(side=side, amount=amount, cleared_on=leg.cleared_on) if leg.cleared_on else None
    document_party = reading.learned.key_of(ACCOUNTS, reading.year, row.party_code, row.party_name)
    return Posting(
        ledger_key=key,
        ledger_name=name,
        side=side,
        amount=amount,
        is_party=bool(bills) or key == document_party,
        bills=bills,
        banks=(bank,) if bank else (),
        narration=leg.narration,
        extras=dict(leg.extras),
    )


def _party(row: VoucherRow, kind: VoucherKind, postings: Iterable[Posting], reading: Reading) -> tuple[str, str]:
    """The document's party; of receipts and payments, which name none, the account with bills or below the parties."""
    learned = reading.learned
    key = learned.key_of(ACCOUNTS, reading.year, row.party_code, row.party_name)
    if key:
        return key, learned.name_of(ACCOUNTS, key) or row.party_name.strip()
    if kind not in MONEY_KINDS:
        return "", ""
    groups = {leg.account_name.strip(): leg.group_name for leg in row.legs}
    for posting in sorted(postings, key=lambda one: not one.bills):
        builtin = learned.builtin_of(learned.key_of("", 0, "", groups.get(posting.ledger_name, "")))
        reserved = learned.reserved_of(posting.ledger_key) or (builtin.reserved if builtin else None)
        if posting.bills or reserved in PARTY_GROUPS:
            return posting.ledger_key, posting.ledger_name
    return "", ""


def _taxes(postings: Iterable[Posting], kind: VoucherKind, reading: Reading) -> tuple[TaxLine, ...]:
    """Tax is what stands on an account under Duties & Taxes whose name tells a head."""
    found = []
    for posting in postings:
        head = reading.learned.head_of(posting.ledger_key)
        if head is None:
            continue
        normal = Side.DEBIT if kind in DEBIT_TAX_KINDS else Side.CREDIT
        if head is TaxHead.TDS:
            normal = Side.CREDIT if kind in DEBIT_TAX_KINDS or kind is VoucherKind.JOURNAL else Side.DEBIT
        amount = posting.amount if posting.side is normal else -posting.amount
        found.append(TaxLine(head=head, ledger_key=posting.ledger_key, amount=amount))
    return tuple(found)


def _extras(row: VoucherRow) -> dict[str, Any]:
    told = {
        "series": row.series,
        "sale_type": row.sale_type,
        "centre": row.centre,
        "original_id": row.original_id,
        "broker": row.broker_name,
        "total": str(row.total) if row.total is not None else "",
        "sundries": [{"name": one.name, "amount": str(one.amount)} for one in row.sundries],
        **dict(row.extras),
    }
    return {name: value for name, value in told.items() if value}


def _introduce(row: VoucherRow, voucher: Voucher, reading: Reading) -> None:
    """Make placeholders for accounts and parties that no master has introduced."""
    learned = reading.learned
    groups = {_key(leg, reading): leg.group_name for leg in row.legs}
    for posting in voucher.postings:
        if posting.ledger_key not in learned.ledgers:
            ledger = _placeholder(posting, groups.get(posting.ledger_key, ""), reading)
            learned.add_ledger(ledger)
            reading.introduced.append(ledger)
        ledger = learned.ledgers[posting.ledger_key]
        is_inferred = ledger.is_placeholder and (posting.bills or ledger.reserved in PARTY_GROUPS)
        if is_inferred:
            role = (
                PartyRole.SUPPLIER if voucher.kind in SUPPLIER_KINDS else _ROLES.get(voucher.kind, PartyRole.CUSTOMER)
            )
            where = row.billing if posting.ledger_key == voucher.party_key else None
            party = party_for(posting.ledger_key, posting.ledger_name, role, reading, where)
            if party is not None:
                reading.introduced.append(party)


def _placeholder(posting: Posting, group: str, reading: Reading) -> Ledger:
    builtin = reading.learned.builtin_of(reading.learned.key_of("", 0, "", group)) if group else None
    reserved = builtin.reserved if builtin else None
    source = reading.source
    return Ledger(
        source=SourceRef(source.connector, source.company, ACCOUNTS, f"name:{posting.ledger_key}"),
        key=posting.ledger_key,
        name=posting.ledger_name,
        group_key=reading.learned.key_of("", 0, "", group),
        group_name=group,
        reserved=reserved,
        is_revenue=builtin.is_revenue if builtin else None,
        is_bill_wise=bool(posting.bills),
        tax_head=head_for(posting.ledger_name, reserved),
        is_placeholder=True,
    )
