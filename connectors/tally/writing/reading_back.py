"""Reads the object that a command wrote, and says where it is not what was sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from canonical.bill import bill_key
from canonical.dates import Period
from canonical.item import Quantity
from canonical.ledger import name_key
from canonical.money import signed
from canonical.voucher import Voucher
from connectors.sdk.writing.plan import Difference
from connectors.tally.gateway.allowed import ObjectType
from connectors.tally.gateway.client import GatewayClient
from connectors.tally.gateway.companies import LoadedCompany
from connectors.tally.gateway.formula import (
    Comparison,
    Formula,
    altered_after,
    compare,
    in_period,
    method,
    number,
    text,
)
from connectors.tally.gateway.profile import CapabilityProfile
from connectors.tally.gateway.requests import collection
from connectors.tally.translate.values import UnreadableValue, parse_quantity
from connectors.tally.tree import Node, nodes_of, text_of
from connectors.tally.writing.amounts import read_net, render_day
from connectors.tally.writing.ledger_xml import FETCH, Wanted, read_field, same_text
from connectors.tally.writing.target import name_of
from connectors.tally.writing.voucher_xml import BILL_WORDS

_VOUCHER_FIELDS = (
    "Guid",
    "MasterId",
    "AlterId",
    "Date",
    "VoucherTypeName",
    "VoucherNumber",
    "Reference",
    "Narration",
    "PartyLedgerName",
    "IsCancelled",
    "IsOptional",
)


def find_ledger(client: GatewayClient, company: LoadedCompany, name: str) -> Node:
    """Return a ledger by name, as Tally finds it (case and blanks do not count); empty if there is none."""
    request = collection(
        ObjectType.LEDGER,
        company=company.name,
        fetch=FETCH,
        filters=(compare(method("Name"), Comparison.EQUAL, text(name)),),
        name="KhataLedgerNow",
    )
    with client.send(request) as answer:
        found = list(answer.iter_objects("LEDGER", company_guid=company.guid))
    return next((node for node in found if name_key(name_of(node)) == name_key(name)), {})


def find_voucher(client: GatewayClient, company: LoadedCompany, guid: str) -> Node:
    """Return a voucher by GUID; empty if there is none."""
    condition = compare(method("Guid"), Comparison.EQUAL, text(guid))
    return next((node for node in _vouchers(client, company, None, (condition,), ()) if _guid(node) == guid), {})


def find_written(
    client: GatewayClient,
    company: LoadedCompany,
    profile: CapabilityProfile,
    voucher: Voucher,
    *,
    after: int,
    master_id: int,
) -> list[Node]:
    """Return vouchers of a day that changed since a counter; only the one Tally named, if it named one.

    Args:
        client: the Tally.
        company: as it was before.
        profile: how to ask for entry lists.
        voucher: what was sent.
        after: ALTVCHID before it was sent.
        master_id: as Tally answered; 0 if it did not say.
    """
    lists = tuple(profile.entry_list(name) for name in ("AllLedgerEntries", "AllInventoryEntries"))
    known = compare(method("MasterId"), Comparison.EQUAL, number(master_id)) if master_id else altered_after(after)
    found = _vouchers(client, company, voucher.day, (known,), lists)
    return [node for node in found if not master_id or text_of(node.get("MASTERID")) == str(master_id)]


def _vouchers(
    client: GatewayClient,
    company: LoadedCompany,
    day: date | None,
    conditions: tuple[Formula, ...],
    lists: tuple[str, ...],
) -> list[Node]:
    start = company.books_from or company.starting_from
    end = max(item for item in (company.last_voucher_date, company.ending_at, day, start) if item is not None)
    whole = Period(start, end) if start and start <= end else None
    on_day = (in_period(Period(day, day)),) if day else ()
    request = collection(
        ObjectType.VOUCHER,
        company=company.name,
        fetch=(*_VOUCHER_FIELDS, *lists),
        period=whole,
        is_period_filtered=False,
        filters=(*on_day, *conditions),
        name="KhataVoucherNow",
    )
    with client.send(request) as answer:
        return list(answer.iter_objects("VOUCHER", company_guid=company.guid))


def ledger_differences(node: Node, wanted: Iterable[Wanted]) -> tuple[Difference, ...]:
    """Fields of a ledger that are not as wanted."""
    return tuple(
        (row.title, row.text, read_field(node, row.tag))
        for row in wanted
        if not same_text(row.tag, row.text, read_field(node, row.tag))
    )


Compared = tuple[Node, tuple[Difference, ...]]
"""An object read back, and where it differs."""


def closest(nodes: Iterable[Node], voucher: Voucher, *, keeps_number: bool) -> Compared | None:
    """Return the voucher that differs least from what was sent, with its differences; None if there are none."""
    rated = [(node, voucher_differences(node, voucher, keeps_number=keeps_number)) for node in nodes]
    return min(rated, key=lambda item: len(item[1]), default=None)


def voucher_differences(node: Node, voucher: Voucher, *, keeps_number: bool) -> tuple[Difference, ...]:
    """Where a voucher is not as sent; the party is left out, for receipts and payments Tally puts the bank there."""
    return tuple(_voucher_differences(node, voucher, keeps_number=keeps_number))


def _voucher_differences(node: Node, voucher: Voucher, *, keeps_number: bool) -> Iterator[Difference]:
    plain = [
        ("date", "DATE", render_day(voucher.day)),
        ("type", "VOUCHERTYPENAME", voucher.type_name),
        ("reference", "REFERENCE", voucher.reference),
        ("narration", "NARRATION", voucher.narration),
        ("cancelled", "ISCANCELLED", "No"),
        ("optional", "ISOPTIONAL", "No"),
    ]
    if keeps_number and voucher.number:
        plain.append(("number", "VOUCHERNUMBER", voucher.number))
    for title, tag, text_wanted in plain:
        found = text_of(node.get(tag)) or ("No" if text_wanted == "No" else "")
        if not same_text(tag, text_wanted, found):
            yield title, text_wanted, found
    entries = nodes_of(node.get("ALLLEDGERENTRIES.LIST"))
    yield from _uneven("posting", Counter(_postings_wanted(voucher)), Counter(_postings_found(entries)))
    goods = [line for tag in _GOODS for line in nodes_of(node.get(tag))]
    yield from _uneven("item", Counter(_goods_wanted(voucher)), Counter(_goods_found(goods)))
    yield from _uneven("bill", Counter(_bills_wanted(voucher)), Counter(_bills_found(entries)))


def _uneven(title: str, wanted: Counter[tuple[str, ...]], found: Counter[tuple[str, ...]]) -> Iterator[Difference]:
    for row in (wanted - found).elements():
        yield title, " ".join(row), ""
    for row in (found - wanted).elements():
        yield title, "", " ".join(row)


def _postings_wanted(voucher: Voucher) -> Iterator[tuple[str, ...]]:
    for posting in voucher.postings:
        yield name_key(posting.ledger_name), _figure(posting.net)


def _postings_found(entries: Iterable[Node]) -> Iterator[tuple[str, ...]]:
    for entry in entries:
        yield name_key(text_of(entry.get("LEDGERNAME"))), _figure(read_net(text_of(entry.get("AMOUNT"))))


_GOODS = ("ALLINVENTORYENTRIES.LIST", "INVENTORYENTRIES.LIST")


def _goods_wanted(voucher: Voucher) -> Iterator[tuple[str, ...]]:
    for item in voucher.items:
        billed = f"{item.billed.number.normalize():f} {item.billed.unit}" if item.billed else ""
        yield name_key(item.item_name), billed.strip().casefold(), _figure(signed(item.side, item.amount))


def _goods_found(lines: Iterable[Node]) -> Iterator[tuple[str, ...]]:
    for line in lines:
        amount = _figure(read_net(text_of(line.get("AMOUNT"))))
        yield name_key(text_of(line.get("STOCKITEMNAME"))), _quantity(text_of(line.get("BILLEDQTY"))), amount


def _quantity(text: str) -> str:
    try:
        parsed = parse_quantity(text)
    except UnreadableValue:
        return text
    return f"{parsed.number.normalize():f} {parsed.unit}".strip().casefold() if isinstance(parsed, Quantity) else text


def _bills_wanted(voucher: Voucher) -> Iterator[tuple[str, ...]]:
    for posting in voucher.postings:
        rows = [(BILL_WORDS[bill.kind], bill_key(bill.ref), _figure(bill.net)) for bill in posting.bills]
        yield from _said(name_key(posting.ledger_name), rows, _figure(posting.net))


def _bills_found(entries: Iterable[Node]) -> Iterator[tuple[str, ...]]:
    for entry in entries:
        rows = [
            (
                text_of(bill.get("BILLTYPE")),
                bill_key(text_of(bill.get("NAME"))),
                _figure(read_net(text_of(bill.get("AMOUNT")))),
            )
            for bill in nodes_of(entry.get("BILLALLOCATIONS.LIST"))
        ]
        yield from _said(
            name_key(text_of(entry.get("LEDGERNAME"))), rows, _figure(read_net(text_of(entry.get("AMOUNT"))))
        )


def _said(ledger: str, rows: list[tuple[str, str, str]], whole: str) -> Iterator[tuple[str, ...]]:
    """Tally shows a posting without references as one On Account row of the whole amount: the same thing."""
    if rows != [("On Account", "", whole)]:
        yield from ((ledger, *row) for row in rows)


def _figure(net: Decimal | None) -> str:
    return f"{net:.2f}" if net is not None else "?"


def _guid(node: Node) -> str:
    return text_of(node.get("GUID"))
