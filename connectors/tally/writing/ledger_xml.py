"""A ledger as Tally imports it, field by field.

Fields of a party's registration and address went into dated lists with release 3; older programs (ERP 9) have them at
the top. The same table serves the message to Tally and the comparison with what Tally has, so nothing is sent that is
not read back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from canonical.ledger import Ledger
from canonical.party import Party
from connectors.tally.gateway.envelope import element, wrap
from connectors.tally.gateway.measuring import date_of
from connectors.tally.translate.values import is_yes
from connectors.tally.tree import Node, nodes_of, text_of, texts_of
from connectors.tally.writing.amounts import read_net, render_day, render_net, render_terms, yes

FETCH = (
    "Guid",
    "Name",
    "Parent",
    "AlterId",
    "OpeningBalance",
    "IsBillWiseOn",
    "IsCostCentresOn",
    "BillCreditPeriod",
    "CreditLimit",
    "IsCreditDaysChkOn",
    "Narration",
    "IncomeTaxNumber",
    "PartyGSTIN",
    "GSTRegistrationType",
    "LedStateName",
    "PinCode",
    "CountryOfResidence",
    "Email",
    "LedgerMobile",
    "Address",
    "LedMailingDetails",
    "LedGSTRegDetails",
)
"""What is read of a ledger before and after."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A field and the text Tally should show for it."""

    tag: str
    title: str
    text: str


def wanted_fields(ledger: Ledger, party: Party | None, *, is_new: bool) -> tuple[Wanted, ...]:
    """What a ledger should be, in words of Tally; only what the values say.

    Args:
        ledger: name, group, terms.
        party: address and registration, if it is one.
        is_new: also switches are written that are off.
    """
    rows = [*_ledger_fields(ledger, is_new=is_new), *(_party_fields(party) if party else ())]
    return tuple(row for row in rows if row.text)


def _ledger_fields(ledger: Ledger, *, is_new: bool) -> Iterator[Wanted]:
    yield Wanted("PARENT", "group", ledger.group_name)
    yield Wanted("OPENINGBALANCE", "opening balance", render_net(ledger.opening) if ledger.opening is not None else "")
    yield Wanted("ISBILLWISEON", "bill by bill", _switch(is_on=ledger.is_bill_wise, is_new=is_new))
    yield Wanted("ISCOSTCENTRESON", "cost centres", _switch(is_on=ledger.is_cost_centre_on, is_new=is_new))
    yield Wanted(
        "BILLCREDITPERIOD", "credit period", render_terms(ledger.credit_period) if ledger.credit_period else ""
    )
    limit = ledger.credit_limit
    yield Wanted("CREDITLIMIT", "credit limit", f"{limit:.2f}" if limit is not None else "")
    yield Wanted("ISCREDITDAYSCHKON", "check credit days", _switch(is_on=ledger.check_credit_days, is_new=False))
    yield Wanted("NARRATION", "notes", ledger.notes)


def _party_fields(party: Party) -> Iterator[Wanted]:
    yield Wanted("INCOMETAXNUMBER", "PAN", party.pan)
    registration = party.registrations[-1] if party.registrations else None
    if registration:
        yield Wanted("PARTYGSTIN", "GSTIN", registration.gstin)
        yield Wanted("GSTREGISTRATIONTYPE", "registration type", registration.category)
    address = party.addresses[0] if party.addresses else None
    if address:
        yield Wanted("ADDRESS", "address", "\n".join(address.lines))
        yield Wanted("LEDSTATENAME", "state", address.state)
        yield Wanted("PINCODE", "PIN code", address.pincode)
        yield Wanted("COUNTRYOFRESIDENCE", "country", address.country)
    contact = party.contacts[0] if party.contacts else None
    if contact:
        yield Wanted("EMAIL", "e-mail", contact.email)
        yield Wanted("LEDGERMOBILE", "mobile", contact.mobile)


def _switch(*, is_on: bool, is_new: bool) -> str:
    return yes(is_on) if is_on or is_new else ""


def render_ledger(name: str, fields: Iterable[Wanted], *, action: str, since: date | None, is_dated: bool) -> str:
    """The LEDGER element.

    Args:
        name: of the ledger.
        fields: what to write.
        action: ``Create`` or ``Alter``.
        since: from when address and registration hold (dated lists only).
        is_dated: the program keeps them in dated lists (release 3 and later).
    """
    held = {field.tag: field.text for field in fields}
    dated = _dated_lists(name, held, since) if is_dated and since else ""
    if dated:
        held = {tag: text for tag, text in held.items() if tag not in _IN_DATED_LISTS}
    plain = "".join(_plain(tag, text) for tag, text in held.items())
    names = element("NAME", name)
    language = wrap("LANGUAGENAME.LIST", wrap("NAME.LIST", names, TYPE="String"), element("LANGUAGEID", "1033"))
    own_name = f"{names}{language}" if action == "Create" else ""
    return wrap("LEDGER", own_name, plain, dated, NAME=name, ACTION=action)


_IN_DATED_LISTS = frozenset(
    {"ADDRESS", "LEDSTATENAME", "PINCODE", "COUNTRYOFRESIDENCE", "PARTYGSTIN", "GSTREGISTRATIONTYPE"}
)


def _plain(tag: str, text: str) -> str:
    if tag == "ADDRESS":
        return wrap("ADDRESS.LIST", *(element("ADDRESS", line) for line in text.split("\n")), TYPE="String")
    return element(tag, text)


def _dated_lists(name: str, held: Mapping[str, str], since: date) -> str:
    lists = ""
    first = element("APPLICABLEFROM", render_day(since))
    state = held.get("LEDSTATENAME", "")
    if any(tag in held for tag in ("ADDRESS", "LEDSTATENAME", "PINCODE", "COUNTRYOFRESIDENCE")):
        mailing = (
            ("MAILINGNAME", name),
            ("STATE", state),
            ("COUNTRY", held.get("COUNTRYOFRESIDENCE", "")),
            ("PINCODE", held.get("PINCODE", "")),
        )
        address = _plain("ADDRESS", held["ADDRESS"]) if "ADDRESS" in held else ""
        lists += wrap("LEDMAILINGDETAILS.LIST", address, first, *_filled(mailing))
    if "PARTYGSTIN" in held or "GSTREGISTRATIONTYPE" in held:
        registration = (
            ("GSTREGISTRATIONTYPE", held.get("GSTREGISTRATIONTYPE", "")),
            ("STATE", state),
            ("PLACEOFSUPPLY", state),
            ("GSTIN", held.get("PARTYGSTIN", "")),
        )
        lists += wrap("LEDGSTREGDETAILS.LIST", first, *_filled(registration))
    return lists


def _filled(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    return (element(tag, text) for tag, text in pairs if text)


def read_field(node: Node, tag: str) -> str:
    """What Tally shows for a field, from the latest dated row or from the top, in a comparable spelling."""
    reader = _READERS.get(tag)
    return reader(node) if reader else text_of(node.get(tag))


def same_text(tag: str, one: str, other: str) -> bool:
    """Whether two texts of a field mean the same to Tally (case and doubled blanks do not count)."""
    if tag == "OPENINGBALANCE":
        return (read_net(one) or 0) == (read_net(other) or 0)
    if tag == "CREDITLIMIT":  # written without a side, and grouped the Indian way on some releases
        return abs(read_net(one) or 0) == abs(read_net(other) or 0)
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def dated_since(node: Node) -> date | None:
    """From when the address or registration in force holds, so that an alteration replaces its row."""
    starts = [date_of(row, "APPLICABLEFROM") for tag in _DATED_LISTS for row in nodes_of(node.get(tag))]
    return next((start for start in starts if start), None)


def has_history(node: Node) -> bool:
    """Address or registration changed at some date."""
    return any(len(nodes_of(node.get(tag))) > 1 for tag in _DATED_LISTS)


_DATED_LISTS = ("LEDGSTREGDETAILS.LIST", "LEDMAILINGDETAILS.LIST")


def _latest(node: Node, tag: str) -> Node:
    rows = nodes_of(node.get(tag))
    return max(rows, key=lambda row: text_of(row.get("APPLICABLEFROM"))) if rows else {}


def _dated(list_tag: str, inner: str, top: str) -> Callable[[Node], str]:
    return lambda node: text_of(_latest(node, list_tag).get(inner)) or text_of(node.get(top))


def _address(node: Node) -> str:
    for holder in (_latest(node, "LEDMAILINGDETAILS.LIST"), node):
        lines = [line for block in nodes_of(holder.get("ADDRESS.LIST")) for line in texts_of(block.get("ADDRESS"))]
        if lines:
            return "\n".join(lines)
    return ""


def _logical(tag: str) -> Callable[[Node], str]:
    return lambda node: yes(is_yes(text_of(node.get(tag))))


_READERS: dict[str, Callable[[Node], str]] = {
    "ADDRESS": _address,
    "LEDSTATENAME": _dated("LEDMAILINGDETAILS.LIST", "STATE", "LEDSTATENAME"),
    "PINCODE": _dated("LEDMAILINGDETAILS.LIST", "PINCODE", "PINCODE"),
    "COUNTRYOFRESIDENCE": _dated("LEDMAILINGDETAILS.LIST", "COUNTRY", "COUNTRYOFRESIDENCE"),
    "PARTYGSTIN": _dated("LEDGSTREGDETAILS.LIST", "GSTIN", "PARTYGSTIN"),
    "GSTREGISTRATIONTYPE": _dated("LEDGSTREGDETAILS.LIST", "GSTREGISTRATIONTYPE", "GSTREGISTRATIONTYPE"),
    "ISBILLWISEON": _logical("ISBILLWISEON"),
    "ISCOSTCENTRESON": _logical("ISCOSTCENTRESON"),
    "ISCREDITDAYSCHKON": _logical("ISCREDITDAYSCHKON"),
}
