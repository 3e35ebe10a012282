"""Commands to products that are written to over their API, and how they are read from a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import StrEnum
from typing import Any

import msgspec

from canonical.errors import RuleError
from canonical.money import round_paisa
from connectors.sdk.writing.command import KEY, KEY_RULE, digest_of_document
from connectors.sdk.writing.drafts import (
    AllocationDraft,
    CustomerDraft,
    Draft,
    InvoiceDraft,
    ItemDraft,
    LineDraft,
    PaymentDraft,
)
from connectors.sdk.writing.policy import USUAL_CODES


class ApiOperation(StrEnum):
    """The closed list of what may be written; nothing is ever deleted, voided or sent by mail."""

    CREATE_CUSTOMER = "create_customer"
    UPDATE_CUSTOMER = "update_customer"
    CREATE_ITEM = "create_item"
    UPDATE_ITEM = "update_item"
    CREATE_INVOICE = "create_invoice"
    UPDATE_INVOICE = "update_invoice"
    CREATE_PAYMENT = "create_payment"
    UPDATE_PAYMENT = "update_payment"

    @property
    def is_creation(self) -> bool:
        """A new object is made."""
        return self.value.startswith("create_")

    @property
    def kind(self) -> str:
        """Of the object: ``customer``."""
        return self.value.partition("_")[2]


DRAFTS: dict[str, type[Draft]] = {
    "customer": CustomerDraft,
    "item": ItemDraft,
    "invoice": InvoiceDraft,
    "payment": PaymentDraft,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiCommand:
    """One command.

    Attributes:
        key: the same key never makes a second object.
        draft: what is wanted.
        which: the object to be changed, by name or number or ``id:...``; empty for a new one.
        version: as whoever gives the command has seen the object; it is not changed if it has another one now. Empty:
            whatever it is now.
    """

    key: str
    operation: ApiOperation
    draft: Draft
    which: str = ""
    version: str = ""

    @property
    def total(self) -> Decimal | None:
        """What a new document comes to."""
        match self.draft:
            case InvoiceDraft(total=total):
                return total
            case PaymentDraft(amount=amount, allocations=allocations):
                withheld = sum((one.withheld for one in allocations), Decimal(0))
                return amount + withheld if amount is not None else None
            case _:
                return None


def digest_of(command: ApiCommand) -> str:
    """Tells two commands of one key apart."""
    return digest_of_document(
        {
            "operation": command.operation.value,
            "which": command.which,
            "version": command.version,
            "draft": msgspec.to_builtins(command.draft),
        }
    )


def iter_api_commands(document: Any) -> Iterator[ApiCommand]:
    """Read commands from decoded JSON: one object, or a list of them.

    Each has ``key``, ``operation`` and the object wanted under its kind (``invoice``); one that changes something has
    ``which`` too, and may have ``version``. Amounts are texts, or numbers without more decimals than money has.

    Raises:
        RuleError: ``source.write.command``: something is missing, unknown or does not fit.
    """
    for item in document if isinstance(document, list) else [document]:
        if not isinstance(item, Mapping):
            raise _invalid("?", "a command is an object with key and operation")
        yield _command(item)


def _command(item: Mapping[str, Any]) -> ApiCommand:
    key = str(item.get("key", ""))
    if not KEY.fullmatch(key):
        raise _invalid(key[:40] or "?", KEY_RULE)
    try:
        operation = ApiOperation(str(item.get("operation", "")))
    except ValueError:
        raise _invalid(key, f"its operation is not one of {', '.join(ApiOperation)}") from None
    taken = {"key", "operation", operation.kind} | (set() if operation.is_creation else {"which", "version"})
    if unknown := sorted(set(item) - taken):
        raise _invalid(key, f"it has {unknown[0]!r}, which {operation} does not take")
    which = str(item.get("which") or "")
    if not operation.is_creation and not which:
        raise _invalid(key, f"it does not say which {operation.kind} ('which': name, number or id:...)")
    command = ApiCommand(
        key=key,
        operation=operation,
        draft=_draft(key, operation, item.get(operation.kind)),
        which=which,
        version=str(item.get("version") or ""),
    )
    if objection := next(_objections(command), ""):
        raise _invalid(key, objection)
    return command


def _draft(key: str, operation: ApiOperation, document: Any) -> Draft:
    kind = DRAFTS[operation.kind]
    if not isinstance(document, Mapping):
        raise _invalid(key, f"its {operation.kind} is missing")
    _check_members(key, document, kind)
    for name, part in (("lines", LineDraft), ("allocations", AllocationDraft)):
        rows = document.get(name, [])
        for row in rows if isinstance(rows, list) else []:
            _check_members(key, row if isinstance(row, Mapping) else {"": None}, part)
    try:
        return msgspec.convert(_exact(document), kind, strict=False)
    except (msgspec.ValidationError, ValueError) as error:
        raise _invalid(key, str(error)) from None


def _check_members(key: str, document: Mapping[str, Any], kind: type[Any]) -> None:
    known = {one.name for one in fields(kind)}
    if unknown := sorted(set(document) - known):
        raise _invalid(key, f"{unknown[0]!r} is not one of {', '.join(sorted(known))}")


def _exact(value: Any) -> Any:
    """Numbers as texts: 0.1 is a tenth, whatever a computer makes of it."""
    match value:
        case float():
            return repr(value)
        case Mapping():
            return {str(name): _exact(member) for name, member in value.items()}
        case list():
            return [_exact(member) for member in value]
        case _:
            return value


def _objections(command: ApiCommand) -> Iterator[str]:
    """What no product would make sense of."""
    if command.draft == type(command.draft)():
        yield "it says nothing"
    match command.draft:
        case CustomerDraft(name=name) | ItemDraft(name=name) if command.operation.is_creation and not name.strip():
            yield "it has no name"
        case ItemDraft(rate=rate, kind=kind):
            if rate is not None and (not rate.is_finite() or rate < 0):
                yield "its rate is no price"
            if kind not in ("", "goods", "service"):
                yield "its kind is goods or service"
        case InvoiceDraft() as invoice:
            yield from _invoice_objections(invoice, command.operation)
        case PaymentDraft() as payment:
            yield from _payment_objections(payment, command.operation)


def _invoice_objections(invoice: InvoiceDraft, operation: ApiOperation) -> Iterator[str]:
    if invoice.status not in ("", "draft", "sent"):
        yield "its status is draft or sent"
    if operation.is_creation:
        if not invoice.customer or invoice.day is None or not invoice.lines or invoice.total is None:
            yield "an invoice needs a customer, a day, lines and its total with tax"
        elif not _is_money(invoice.total):
            yield "its total is no amount of money"
        if any(not _is_price(one.rate) or not _is_price(one.quantity) or one.quantity == 0 for one in invoice.lines):
            yield "rates and quantities of lines are not negative, and no quantity is zero"
    elif invoice.lines or invoice.customer or invoice.total is not None or invoice.number:
        yield "lines, customer, number and total of an invoice are not changed; do that in the product"


def _payment_objections(payment: PaymentDraft, operation: ApiOperation) -> Iterator[str]:
    if not operation.is_creation:
        if payment.customer or payment.amount is not None or payment.allocations or payment.account:
            yield "customer, amount, account and allocations of a payment are not changed; do that in the product"
        return
    if not payment.customer or payment.day is None or payment.amount is None:
        yield "a payment needs a customer, a day and an amount"
        return
    if not _is_money(payment.amount):
        yield "its amount is no amount of money"
    amounts = [(one.amount, one.withheld) for one in payment.allocations]
    if any(not _is_money(amount) or (withheld and not _is_money(withheld)) for amount, withheld in amounts):
        yield "what it settles are amounts of money"
    elif sum(amount for amount, _ in amounts) > payment.amount:
        yield "it settles more than it is"
    if len({one.invoice for one in payment.allocations}) != len(payment.allocations):
        yield "it names an invoice twice"


def _is_money(amount: Decimal) -> bool:
    """More than nothing, and no more decimals than money has."""
    return amount.is_finite() and amount > 0 and amount == round_paisa(amount)


def _is_price(number: Decimal) -> bool:
    """Not negative, and a number."""
    return number.is_finite() and number >= 0


def _invalid(key: str, reason: str) -> RuleError:
    return RuleError(f"The command {key!r} cannot be used: {reason}.", code=USUAL_CODES.command, key=key)
