"""What a command would change, shown before anything is sent: the dry run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from canonical.ledger import name_key
from canonical.money import Side
from canonical.voucher import Voucher
from connectors.sdk.writing.plan import Change
from connectors.sdk.writing.plan import Plan as CommonPlan
from connectors.tally.gateway.companies import Edition
from connectors.tally.translate.values import UnreadableValue, parse_date
from connectors.tally.tree import Node, text_of
from connectors.tally.writing.checks import NAME_MAX, ledger_objections, voucher_objections
from connectors.tally.writing.command import AlterLedger, CancelVoucher, Command, CreateLedger, CreateVoucher
from connectors.tally.writing.ledger_xml import (
    Wanted,
    dated_since,
    has_history,
    read_field,
    render_ledger,
    same_text,
    wanted_fields,
)
from connectors.tally.writing.target import Target, VoucherTypeNow, name_of
from connectors.tally.writing.voucher_xml import BILL_WORDS, render_cancellation, render_voucher


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan(CommonPlan):
    """A command, worked out against the books as they are now.

    Attributes:
        command: what is wanted.
        target: the books it is for.
        xml: the object as it would be sent.
        wanted: fields of a ledger to be found when it is read back.
        before: the object as it is, verbatim; empty if there is none.
    """

    command: Command
    target: Target
    xml: str = ""
    wanted: tuple[Wanted, ...] = ()
    before: Node = field(default_factory=dict, repr=False)

    @property
    def request(self) -> str:
        """The object as it would be sent."""
        return self.xml


def plan_create_ledger(command: CreateLedger, target: Target, existing: Node, *, is_dated: bool) -> Plan:
    """Plan a new ledger; one of the name that is already as wanted is done, another one is in the way."""
    ledger = command.ledger
    fields = wanted_fields(ledger, command.party, is_new=True)
    if existing:
        differing = _differences(existing, fields)
        objection = f"Tally has a ledger {name_of(existing)!r} already, and it is different; alter it instead"
        return Plan(
            command=command,
            target=target,
            title=f"ledger {ledger.name}",
            changes=differing,
            objections=(objection,) if differing else (),
            before=existing,
        )
    since = target.company.books_from
    return Plan(
        command=command,
        target=target,
        title=f"ledger {ledger.name}",
        changes=(Change("name", "", ledger.name), *(Change(row.title, "", row.text) for row in fields)),
        objections=tuple(ledger_objections(command, target)),
        xml=render_ledger(ledger.name, fields, action="Create", since=since, is_dated=is_dated),
        wanted=fields,
    )


def plan_alter_ledger(command: AlterLedger, target: Target, existing: Node, *, is_dated: bool) -> Plan:
    """Plan changes of a ledger; only fields that differ are sent.

    A ledger that the target has and Tally has not yet is made by a command before this one: all is shown as new.
    """
    ledger = command.ledger
    fields = wanted_fields(ledger, command.party, is_new=False)
    is_known = bool(existing) or target.ledger(ledger.name) is not None
    changes = _differences(existing, fields) if is_known else ()
    changing = tuple(row for row in fields if any(change.field == row.title for change in changes))
    return Plan(
        command=command,
        target=target,
        title=f"ledger {ledger.name}",
        changes=changes,
        objections=tuple(_alter_objections(command, target, existing)),
        xml=render_ledger(
            name_of(existing) or ledger.name,
            _with_neighbours(changing, fields),
            action="Alter",
            since=dated_since(existing) or target.company.books_from,
            is_dated=is_dated,
        ),
        wanted=fields,
        before=existing,
    )


def plan_create_voucher(command: CreateVoucher, target: Target, remote_id: str, edition: Edition) -> Plan:
    """Plan a new voucher."""
    voucher = command.voucher
    return Plan(
        command=command,
        target=target,
        title=f"{voucher.type_name} of {voucher.day}",
        changes=tuple(_lines(voucher)),
        objections=tuple(voucher_objections(voucher, target, edition)),
        notes=tuple(_notes(voucher, target.voucher_type(voucher.type_name))),
        xml=render_voucher(voucher, remote_id),
    )


def plan_cancel(command: CancelVoucher, target: Target, existing: Node) -> Plan:
    """Plan a cancellation; a voucher that is cancelled already is done."""
    type_name, day = text_of(existing.get("VOUCHERTYPENAME")), text_of(existing.get("DATE"))
    number = text_of(existing.get("VOUCHERNUMBER"))
    is_cancelled = text_of(existing.get("ISCANCELLED")) == "Yes"
    return Plan(
        command=command,
        target=target,
        title=f"{type_name} {number} of {_day_of(existing)}".strip() if existing else f"voucher {command.guid}",
        changes=() if is_cancelled or not existing else (Change("cancelled", "No", "Yes"),),
        objections=() if existing else ("Tally has no voucher of this GUID in this company",),
        xml=render_cancellation(type_name, day, text_of(existing.get("MASTERID"))),
        before=existing,
    )


def _differences(existing: Node, fields: tuple[Wanted, ...]) -> tuple[Change, ...]:
    return tuple(
        Change(row.title, read_field(existing, row.tag), row.text)
        for row in fields
        if not same_text(row.tag, read_field(existing, row.tag), row.text)
    )


def _alter_objections(command: AlterLedger, target: Target, existing: Node) -> Iterator[str]:
    ledger = command.ledger
    if not existing and target.ledger(ledger.name) is None:
        yield f"Tally has no ledger {ledger.name!r}"
    if len(ledger.name) > NAME_MAX:
        yield f"a ledger's name has 1 to {NAME_MAX} letters"
    if ledger.group_name and name_key(ledger.group_name) not in target.groups:
        yield f"Tally has no group {ledger.group_name!r}"
    if ledger.opening_bills:
        yield "opening bills are not written; enter them in Tally"
    if command.party and has_history(existing):
        yield "its address or registration has changed over time; change it in Tally, so that the dates stay right"


_TOGETHER = (
    frozenset({"ADDRESS", "LEDSTATENAME", "PINCODE", "COUNTRYOFRESIDENCE"}),
    frozenset({"PARTYGSTIN", "GSTREGISTRATIONTYPE", "LEDSTATENAME"}),
)
"""A row of a dated list is replaced as a whole, so its fields go together."""


def _with_neighbours(changing: tuple[Wanted, ...], fields: tuple[Wanted, ...]) -> tuple[Wanted, ...]:
    tags = {row.tag for row in changing}
    for group in _TOGETHER:
        if tags & group:
            tags |= group
    return tuple(row for row in fields if row.tag in tags)


def _lines(voucher: Voucher) -> Iterator[Change]:
    yield Change("date", "", f"{voucher.day}")
    yield Change("type", "", voucher.type_name)
    for name in ("number", "reference", "party_name", "narration"):
        if text := getattr(voucher, name):
            yield Change(name.replace("_name", ""), "", text)
    for posting in voucher.postings:
        yield Change(f"{_word(posting.side)} {posting.ledger_name}", "", f"{posting.amount:.2f}")
        for bill in posting.bills:
            text = f"{BILL_WORDS[bill.kind]} {bill.ref}".strip()
            yield Change(f"  {_word(bill.side)} {text}", "", f"{bill.amount:.2f}")
    for item in voucher.items:
        yield Change(f"item {item.item_name}", "", f"{item.amount:.2f}")


def _day_of(existing: Node) -> str:
    """The day for people; as Tally has it, if it cannot be read."""
    said = text_of(existing.get("DATE"))
    try:
        return str(parse_date(said) or said)
    except UnreadableValue:
        return said


def _word(side: Side) -> str:
    return "debit" if side is Side.DEBIT else "credit"


def _notes(voucher: Voucher, kind: VoucherTypeNow | None) -> Iterator[str]:
    if kind and kind.is_numbered_by_tally and voucher.number:
        yield f"Tally numbers {kind.name} vouchers itself; the number {voucher.number!r} will not be used."
