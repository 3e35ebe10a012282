"""A VOUCHER element to one canonical voucher, with the ledgers and parties it is first to name.

Why one function builds it with local names: a day book holds hundreds of thousands, and this is the hot path. What
is read by whom: postings in ``postings.py``, their bills and instruments in ``allocations.py``, item lines in
``lines.py``, everything printed around them in ``documents.py``, tax in ``taxes.py``, new names in ``placeholders.py``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date
from typing import Any

from canonical.errors import Fact
from canonical.issue import IssueLevel
from canonical.money import ZERO, Side
from canonical.voucher import ItemLine, UnbalancedVoucher, Voucher
from canonical.voucher_type import VoucherKind
from connectors.tally.translate.documents import is_marked, read_details, read_e_invoice, read_e_way_bills
from connectors.tally.translate.extras import extras_of
from connectors.tally.translate.learned import MONEY_GROUPS, PARTY_GROUPS, Learned
from connectors.tally.translate.lexicon import PREDEFINED_LEDGERS, TRADE_KINDS
from connectors.tally.translate.lines import find_item_nodes, read_item
from connectors.tally.translate.node import Node, key_of, lines_of, nodes, plain_of, text_of
from connectors.tally.translate.payroll import read_pay_entries
from connectors.tally.translate.postings import Entry, read_posting
from connectors.tally.translate.reading import Reading
from connectors.tally.translate.tags import VOUCHER
from connectors.tally.translate.taxes import read_tax_lines
from connectors.tally.translate.values import UnreadableValue, parse_instant, parse_integer

MONEY_KINDS = (VoucherKind.RECEIPT, VoucherKind.PAYMENT)
REMOVED_ACTIONS = frozenset({"Cancel", "Delete"})
FLAGS = (("is_optional", "ISOPTIONAL"), ("is_post_dated", "ISPOSTDATED"), ("is_invoice", "ISINVOICE"))
PARTS: tuple[tuple[str, str, Callable[[Node, Reading], Any]], ...] = (
    ("reference_date", "REFERENCEDATE", lambda node, reading: reading.date_of(node, "REFERENCEDATE")),
    ("e_invoice", "IRN", read_e_invoice),
    ("e_way_bills", "EWAYBILLDETAILS.LIST", read_e_way_bills),
    ("cost_centre_key", "COSTCENTRENAME", lambda node, _: key_of(text_of(node["COSTCENTRENAME"]))),
    ("source_modified_at", "UPDATEDDATETIME", lambda node, _: parse_instant(text_of(node["UPDATEDDATETIME"]))),
)
TEXTS = (("reference", "REFERENCE"), ("entered_by", "ENTEREDBY"), ("altered_by", "ALTEREDBY"))


def read_voucher(node: Node, reading: Reading, alter_id: int | None) -> Voucher:
    """Read one voucher.

    Args:
        node: the VOUCHER element.
        reading: the record; its label and facts are set here for issues.
        alter_id: ALTERID as the reader of the file found it.

    Raises:
        UnreadableValue: its date or an amount cannot be read.
        UnbalancedVoucher: debits and credits of an accounting voucher differ.
    """
    get = node.get
    type_name = text_of(get("VOUCHERTYPENAME")) or text_of(get("@VCHTYPE"))
    number = text_of(get("VOUCHERNUMBER"))
    date_text = text_of(get("DATE"))
    reading.label = f"{type_name or 'Voucher'} {number or '(no number)'} of {date_text or '(no date)'}"
    reading.facts = {"voucher_type": type_name}
    day = _day(date_text, reading)
    type_key = key_of(type_name)
    kind = find_kind(type_key, type_name, reading)
    is_cancelled = get("@ACTION") in REMOVED_ACTIONS or is_marked(node, "ISCANCELLED") or is_marked(node, "ISDELETED")
    entries, items = ([], []) if is_cancelled else read_lines(node, reading, day)
    header_name = plain_of(get("PARTYLEDGERNAME"))
    party_key = find_party(key_of(header_name), entries, kind, reading.learned)
    if not is_cancelled:
        _say_gaps(kind, entries, party_key, reading)
    try:
        return Voucher(
            source=reading.source,
            kind=kind,
            type_name=type_name,
            day=day,
            number=number,
            type_key=type_key,
            party_key=party_key,
            party_name=_party_name(node, header_name, party_key, entries),
            narration=lines_of(get("NARRATION")),
            is_cancelled=is_cancelled,
            postings=tuple([entry.posting for entry in entries]),
            items=tuple(items),
            taxes=read_tax_lines(entries, kind, reading),
            details=read_details(node, reading, kind),
            source_version=alter_id if alter_id is not None else parse_integer(text_of(get("ALTERID"))),
            extras=extras_of(node, VOUCHER, reading, "voucher"),
            **_particulars(node, reading, date_text, entries),
        )
    except UnbalancedVoucher:
        reading.facts |= _totals(entries)
        raise


def _say_gaps(kind: VoucherKind, entries: list[Entry], party_key: str, reading: Reading) -> None:
    if kind.is_accounting and not entries:
        reading.note(
            "tally.voucher.no_postings",
            IssueLevel.WARNING,
            f"{reading.label} has no ledger lines; it counts for nothing in the books.",
            field="ALLLEDGERENTRIES.LIST",
            hint="If it has lines in Tally, export again in full detail: some exports list headers only.",
        )
    elif kind in TRADE_KINDS and not party_key:
        reading.note(
            "tally.voucher.party_missing",
            IssueLevel.WARNING,
            f"{reading.label} names no party; it will not show in any outstanding list.",
            field="PARTYLEDGERNAME",
            hint="Open the voucher in Tally and choose the party, or Cash for a cash sale.",
        )


def _particulars(node: Node, reading: Reading, date_text: str, entries: list[Entry]) -> dict[str, Any]:
    """Read what most vouchers do not carry; a tag that is absent costs one look."""
    found: dict[str, Any] = {}
    get = node.get
    for field, tag in FLAGS:
        if get(tag, "No") != "No":
            found[field] = is_marked(node, tag)
    for field, tag in TEXTS:
        if tag in node:
            found[field] = plain_of(get(tag))
    if get("EFFECTIVEDATE", date_text) != date_text:
        effective = reading.date_of(node, "EFFECTIVEDATE")
        found["effective_on"] = effective if effective != reading.parse_date(date_text) else None
    for field, tag, read in PARTS:
        if tag in node:
            found[field] = read(node, reading)
    currencies = {entry.posting.foreign.currency for entry in entries if entry.posting.foreign}
    if len(currencies) == 1:
        found["currency"] = currencies.pop()
    return found


def _totals(entries: list[Entry]) -> dict[str, Fact]:
    debit = sum((entry.posting.amount for entry in entries if entry.posting.side is Side.DEBIT), ZERO)
    credit = sum((entry.posting.amount for entry in entries if entry.posting.side is Side.CREDIT), ZERO)
    return {"debit_total": str(debit), "credit_total": str(credit)}


def _day(text: str, reading: Reading) -> date:
    try:
        day = reading.parse_date(text)
    except UnreadableValue as error:
        raise error.at("DATE") from error
    if day is None:
        raise UnreadableValue("date", text, "DATE")
    return day


def find_kind(type_key: str, type_name: str, reading: Reading) -> VoucherKind:
    """Return the kind of the voucher's type; an unknown custom type is OTHER, said once per run."""
    kind = reading.learned.kind_of(type_key)
    if kind is not None:
        return kind
    reading.note_once(
        "tally.voucher_type.unknown",
        IssueLevel.ACTION_REQUIRED,
        type_key,
        f"The voucher type {type_name!r} is the company's own, and its master was not read; "
        "its vouchers count in the books as they stand.",
        hint="Import the masters too (Export > Masters > Voucher Types): then they are read as what they derive from.",
        voucher_type=type_name,
    )
    return VoucherKind.OTHER


def read_lines(node: Node, reading: Reading, day: date) -> tuple[list[Entry], list[ItemLine]]:
    """Read postings and item lines by the selection rule of ``postings.py``."""
    entries: list[Entry] = []
    items: list[ItemLine] = []
    ledger_nodes = [entry for entry in nodes(node.get("ALLLEDGERENTRIES.LIST")) if "LEDGERNAME" in entry]
    is_complete = bool(ledger_nodes)
    ledger_nodes = ledger_nodes or nodes(node.get("LEDGERENTRIES.LIST"))
    item_nodes = find_item_nodes(node, ledger_nodes)
    for ledger_node in ledger_nodes:
        posting = read_posting(ledger_node, reading, day)
        if posting is None:
            continue
        entries.append(Entry(posting, ledger_node))
        if not item_nodes and "INVENTORYALLOCATIONS.LIST" in ledger_node:
            items += [
                read_item(item, reading, ledger_key=posting.ledger_key)
                for item in nodes(ledger_node.get("INVENTORYALLOCATIONS.LIST"))
                if "STOCKITEMNAME" in item
            ]
    for index, (item, side) in enumerate(item_nodes):
        items.append(read_item(item, reading, implied_side=side))
        if not is_complete:
            _add_allocations(item, index, entries, reading, day)
        elif "ACCOUNTINGALLOCATIONS.LIST" in item:
            _find_allocations(item, index, entries)
    if "CATEGORYENTRY.LIST" in node and sum((entry.posting.net for entry in entries), ZERO):
        entries += read_pay_entries(node, reading)
    return entries, items


def _find_allocations(item: Node, index: int, entries: list[Entry]) -> None:
    """The gateway lists an item's postings among all others: mark those that come from it, as a file shows them."""
    for allocation in nodes(item.get("ACCOUNTINGALLOCATIONS.LIST")):
        key, amount = key_of(text_of(allocation.get("LEDGERNAME"))), text_of(allocation.get("AMOUNT"))
        for place, (posting, ledger_node) in enumerate(entries):
            is_free = posting.from_item is None and posting.ledger_key == key
            if is_free and text_of(ledger_node.get("AMOUNT")) == amount:
                entries[place] = Entry(dataclasses.replace(posting, from_item=index), ledger_node)
                break


def _add_allocations(item: Node, index: int, entries: list[Entry], reading: Reading, day: date) -> None:
    for allocation in nodes(item.get("ACCOUNTINGALLOCATIONS.LIST")):
        posting = read_posting(allocation, reading, day, index)
        if posting is not None:
            entries.append(Entry(posting, allocation))


def find_party(header_key: str, entries: list[Entry], kind: VoucherKind, learned: Learned) -> str:
    """Return the ledger key of the other side, empty if there is none.

    PARTYLEDGERNAME is the party on trade documents; on some receipts and payments it is the bank or cash ledger, and
    then the party is the line with bills, else the one below debtors or creditors. A journal may move bills between
    several parties, so nothing is guessed there.
    """
    if kind in TRADE_KINDS:
        if header_key:
            return header_key
        return next((entry.posting.ledger_key for entry in entries if entry.posting.is_party), "")
    if header_key and not _is_money(header_key, entries, learned):
        return header_key
    return _other_side(header_key, entries, learned) if kind in MONEY_KINDS else ""


def _other_side(header_key: str, entries: list[Entry], learned: Learned) -> str:
    others = [entry.posting for entry in entries if entry.posting.ledger_key != header_key]
    with_bills = [posting.ledger_key for posting in others if posting.bills]
    known = [
        posting.ledger_key
        for posting in others
        if (fact := learned.ledgers.get(posting.ledger_key)) is not None and fact.reserved in PARTY_GROUPS
    ]
    return next(iter((*with_bills, *known)), "")


def _is_money(key: str, entries: list[Entry], learned: Learned) -> bool:
    fact = learned.ledgers.get(key)
    if fact is not None and fact.reserved is not None:
        return fact.reserved in MONEY_GROUPS
    if key in PREDEFINED_LEDGERS:
        return True
    return any(entry.posting.banks for entry in entries if entry.posting.ledger_key == key)


def _party_name(node: Node, header_name: str, party_key: str, entries: list[Entry]) -> str:
    if party_key and key_of(header_name) != party_key:
        return next(entry.posting.ledger_name for entry in entries if entry.posting.ledger_key == party_key)
    if party_key:
        return header_name
    return plain_of(node.get("PARTYNAME"))
