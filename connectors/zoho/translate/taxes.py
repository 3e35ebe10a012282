"""Taxes of a document: per component, on the account the settings name, as the header sums them.

Lines carry components with their heads (CGST and SGST of a group, IGST), the header sums by name. With rounding per
document (``tax_rounding: entity_level``) the header may differ from its lines by paise; the header is what the party
owes.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from canonical.ledger import ReservedGroup, name_key
from canonical.money import PAISA, ZERO
from canonical.tax import TaxHead, TaxLine
from connectors.zoho.translate.learned import AccountFact, bare_tax_name, head_of
from connectors.zoho.translate.node import Node, amount_of, find_number, nodes_of, text_of
from connectors.zoho.translate.postings import REVERSE_CHARGE, TCS_PAYABLE, TDS_PAYABLE, TDS_RECEIVABLE, Entries, Role


@dataclass(slots=True)
class Component:
    """One tax on a document."""

    tax_id: str
    name: str
    head: TaxHead
    rate: Decimal | None
    amount: Decimal
    assessable: Decimal


def components(node: Node, entries: Entries) -> list[Component]:
    """The taxes of a document by component; amounts are the header's where it has the component."""
    found: dict[str, Component] = {}
    for line in nodes_of(node, "line_items"):
        for row in nodes_of(line, "line_item_taxes"):
            _add(found, row, amount_of(line, "item_total"), entries)
    header: dict[str, Decimal] = {}
    for row in nodes_of(node, "taxes"):
        key = _key(row)
        header[key] = header.get(key, ZERO) + amount_of(row, "tax_amount")
        if key not in found:
            _add(found, row, ZERO, entries)
    for key, amount in header.items():
        found[key].amount = amount
    total = amount_of(node, "tax_total") or amount_of(node, "tax_amount")
    if not found and total:
        row = {"tax_id": text_of(node, "tax_id"), "tax_name": text_of(node, "tax_name") or "Tax"}
        _add(found, {**row, "tax_amount": str(total)}, ZERO, entries)
    return [part for whole in found.values() for part in _members(whole, entries)]


def _members(whole: Component, entries: Entries) -> list[Component]:
    """A group of taxes as its members, by their rates; the last one takes what rounding leaves."""
    learned = entries.reading.learned
    fact = learned.tax(whole.tax_id, whole.name)
    members = [(key, found) for key in (fact.members if fact else ()) if (found := learned.tax(key, "")) is not None]
    total = sum((Decimal(member.rate or 0) for _, member in members), ZERO)
    if not members or not total:
        return [whole]
    parts = []
    left = whole.amount
    for place, (key, member) in enumerate(members, start=1):
        rate = Decimal(member.rate or 0)
        share = left if place == len(members) else (whole.amount * rate / total).quantize(PAISA, ROUND_DOWN)
        left -= share
        parts.append(
            Component(
                tax_id=key, name=member.name, head=member.head, rate=rate, amount=share, assessable=whole.assessable
            )
        )
    return parts


def _key(row: Node) -> str:
    return name_key(bare_tax_name(text_of(row, "tax_name"))) or text_of(row, "tax_id")


def _add(found: dict[str, Component], row: Node, assessable: Decimal, entries: Entries) -> None:
    held = found.get(_key(row))
    if held is not None:
        held.amount += amount_of(row, "tax_amount")
        held.assessable += assessable
        return
    name, tax_id = bare_tax_name(text_of(row, "tax_name")), text_of(row, "tax_id")
    fact = entries.reading.learned.tax(tax_id, name)
    said = head_of(text_of(row, "tax_specific_type"), name)
    found[_key(row)] = Component(
        tax_id=tax_id,
        name=name,
        head=fact.head if fact and said is TaxHead.OTHER else said,
        rate=find_number(row, "tax_percentage") or _rate_in(text_of(row, "tax_name")),
        amount=amount_of(row, "tax_amount"),
        assessable=assessable,
    )


def _rate_in(name: str) -> Decimal | None:
    """The rate in brackets behind a tax's name: ``IGST18 (18%)``."""
    inside = name.rpartition("(")[2].removesuffix("%)")
    return Decimal(inside) if inside != name and inside.replace(".", "", 1).isdecimal() else None


def post_taxes(node: Node, entries: Entries, sign: int, *, is_purchase: bool) -> list[TaxLine]:
    """Post the taxes of a document.

    Args:
        node: the document.
        entries: to post to.
        sign: 1 where a line is a debit (bills, credit notes), -1 where it is a credit.
        is_purchase: input taxes rather than output taxes.
    """
    lines = []
    for part in components(node, entries):
        account = _account(part, entries, is_purchase=is_purchase)
        entries.add(account, sign * part.amount)
        lines.append(_line(part, account, entries))
    return lines


def post_reverse_charge(node: Node, entries: Entries, sign: int, taxes: list[TaxLine], missing: Decimal) -> None:
    """Under reverse charge the vendor is owed no tax: where the total leaves it out, we owe it to the government."""
    told = sum((line.amount for line in taxes), ZERO)
    if node.get("is_reverse_charge_applied") is True and told and missing == sign * told:
        entries.add(entries.role(REVERSE_CHARGE), -missing)


def post_withheld(node: Node, entries: Entries, sign: int, *, is_purchase: bool) -> list[TaxLine]:
    """Post TDS that a bill's total leaves out (facts: sub total + taxes - TDS = total), and TCS that it contains."""
    lines = []
    tds = amount_of(node, "tds_amount")
    if tds and is_purchase:
        category = text_of(node, "tds_section", "tds_tax_name")
        account = entries.of_section(TDS_PAYABLE, text_of(node, "tds_section"))
        entries.add(account, -sign * tds)
        lines.append(
            TaxLine(
                head=TaxHead.TDS,
                ledger_key=account.key,
                amount=entries.base(tds),
                rate=find_number(node, "tds_percent"),
                assessable=entries.base(amount_of(node, "sub_total")),
                category=category,
            )
        )
    tcs = amount_of(node, "tcs_amount")
    if tcs:
        account = entries.role(TCS_PAYABLE)
        entries.add(account, sign * tcs)
        lines.append(TaxLine(head=TaxHead.TCS, ledger_key=account.key, amount=entries.base(tcs)))
    return lines


def withheld_line(entries: Entries, account: AccountFact, amount: Decimal) -> TaxLine:
    """The tax line of what a customer withheld."""
    return TaxLine(head=TaxHead.TDS, ledger_key=account.key, amount=entries.base(amount))


def withholding_account(node: Node, entries: Entries, *, is_purchase: bool) -> AccountFact:
    """The account tax withheld in a payment is booked on."""
    return entries.account(node, TDS_PAYABLE if is_purchase else TDS_RECEIVABLE, prefix="tax_account")


def _account(part: Component, entries: Entries, *, is_purchase: bool) -> AccountFact:
    fact = entries.reading.learned.tax(part.tax_id, part.name)
    named = (fact.input_account if is_purchase else fact.output_account) if fact else ""
    word = "Input" if is_purchase else "Output"
    usual = f"{word} {part.head.value.upper()}" if part.head is not TaxHead.OTHER else f"{word} Tax"
    names = tuple(filter(None, (named, usual, "Tax Payable")))
    found = entries.reading.learned.named(*names)
    return found or entries.named((usual,), Role((usual,), ReservedGroup.DUTIES_TAXES))


def _line(part: Component, account: AccountFact, entries: Entries) -> TaxLine:
    return TaxLine(
        head=part.head,
        ledger_key=account.key,
        amount=entries.base(part.amount),
        rate=part.rate,
        assessable=entries.base(part.assessable) if part.assessable else None,
        category=part.name,
    )
