"""What can be asked of a writer, in canonical values, and how commands are read from a file.

Every command has a key chosen by whoever gives it. The key is what makes a command safe to repeat: the same key never
makes a second object.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from canonical.codec import from_document, to_document
from canonical.errors import RuleError
from canonical.ledger import Ledger, name_key
from canonical.money import ZERO, Side
from canonical.party import Party
from canonical.record import JsonValue
from canonical.voucher import Voucher
from canonical.voucher_type import VoucherKind
from connectors.sdk.writing.command import KEY, KEY_RULE, digest_of_document

_NAMESPACE = uuid.UUID("5a7d0c3e-8b7e-5c86-9f0e-1f2f5d1c9a44")
"""Of the identities we give to vouchers; any constant would do, but it must never change."""


class Operation(StrEnum):
    """The closed list of what may be written."""

    CREATE_LEDGER = "create_ledger"
    ALTER_LEDGER = "alter_ledger"
    CREATE_SALES = "create_sales"
    CREATE_RECEIPT = "create_receipt"
    CREATE_PAYMENT = "create_payment"
    CREATE_JOURNAL = "create_journal"
    CANCEL_VOUCHER = "cancel_voucher"


VOUCHER_OPERATIONS = {
    VoucherKind.SALES: Operation.CREATE_SALES,
    VoucherKind.RECEIPT: Operation.CREATE_RECEIPT,
    VoucherKind.PAYMENT: Operation.CREATE_PAYMENT,
    VoucherKind.JOURNAL: Operation.CREATE_JOURNAL,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateLedger:
    """Make a ledger; ``party`` adds address, registration and PAN."""

    key: str
    ledger: Ledger
    party: Party | None = None

    @property
    def operation(self) -> Operation:
        """Which of the allowed it is."""
        return Operation.CREATE_LEDGER

    @property
    def total(self) -> Decimal | None:
        """No money is moved."""
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlterLedger:
    """Change fields of a ledger, found by its name; what the value leaves at its default is not touched."""

    key: str
    ledger: Ledger
    party: Party | None = None

    @property
    def operation(self) -> Operation:
        """Which of the allowed it is."""
        return Operation.ALTER_LEDGER

    @property
    def total(self) -> Decimal | None:
        """No money is moved."""
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateVoucher:
    """Enter a voucher of a kind that may be written."""

    key: str
    voucher: Voucher

    @property
    def operation(self) -> Operation:
        """Which of the allowed it is.

        Raises:
            RuleError: no voucher of this kind is ever written.
        """
        found = VOUCHER_OPERATIONS.get(self.voucher.kind)
        if found is None:
            raise _invalid(self.key, f"vouchers of the kind {self.voucher.kind} are never written")
        return found

    @property
    def total(self) -> Decimal | None:
        """Its debits together, rupees; a negative amount, which the checks refuse, does not make it smaller."""
        return sum((abs(row.amount) for row in self.voucher.postings if row.side is Side.DEBIT), ZERO)


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelVoucher:
    """Cancel a voucher, found by its GUID; it keeps its number and loses its postings."""

    key: str
    guid: str

    @property
    def operation(self) -> Operation:
        """Which of the allowed it is."""
        return Operation.CANCEL_VOUCHER

    @property
    def total(self) -> Decimal | None:
        """No money is moved."""
        return None


Command = CreateLedger | AlterLedger | CreateVoucher | CancelVoucher


def remote_id(company_guid: str, key: str) -> str:
    """The identity a voucher gets in Tally: the same for the same command and company, on any computer."""
    return str(uuid.uuid5(_NAMESPACE, f"{company_guid}\0{key}"))


def digest_of(command: Command) -> str:
    """Tells two commands of one key apart."""
    document: dict[str, JsonValue] = {"operation": command.operation.value}
    match command:
        case CreateLedger() | AlterLedger():
            document["ledger"] = to_document(command.ledger)
            document["party"] = to_document(command.party) if command.party else None
        case CreateVoucher():
            document["voucher"] = to_document(command.voucher)
        case CancelVoucher():
            document["guid"] = command.guid
    return digest_of_document(document)


def iter_commands(document: Any, company_guid: str) -> Iterator[Command]:
    """Read commands from decoded JSON: one object, or a list of them.

    Each has ``key``, ``operation``, and ``ledger`` (with ``party``), ``voucher`` or ``guid`` as canonical documents;
    ``source`` and ledger keys may be left out.

    Raises:
        RuleError: ``tally.write.command``: something is missing, unknown or does not fit.
    """
    items = document if isinstance(document, list) else [document]
    for item in items:
        if not isinstance(item, Mapping):
            raise _invalid("?", "a command is an object with key and operation")
        yield _command(item, company_guid)


def _command(item: Mapping[str, Any], company_guid: str) -> Command:
    key = str(item.get("key", ""))
    if not KEY.fullmatch(key):
        raise _invalid(key[:40] or "?", KEY_RULE)
    try:
        operation = Operation(str(item.get("operation", "")))
    except ValueError:
        known = ", ".join(Operation)
        raise _invalid(key, f"its operation is not one of {known}") from None
    expected = {Operation.CANCEL_VOUCHER: {"guid"}}.get(
        operation, {"ledger", "party"} if "ledger" in operation else {"voucher"}
    )
    if unknown := sorted(set(item) - {"key", "operation"} - expected):
        raise _invalid(key, f"it has {unknown[0]!r}, which {operation} does not take")
    command = _built(key, operation, item, company_guid)
    if command.operation is not operation:
        raise _invalid(
            key, f"it says {operation}, but its voucher is a {command.operation.value.removeprefix('create_')}"
        )
    return command


def _built(key: str, operation: Operation, item: Mapping[str, Any], company_guid: str) -> Command:
    address = {"connector": "tally", "company": company_guid, "stream": "writes", "key": key}
    match operation:
        case Operation.CANCEL_VOUCHER:
            guid = str(item.get("guid", ""))
            if not guid.startswith(company_guid):
                raise _invalid(key, "its guid is not of a voucher of this company")
            return CancelVoucher(key=key, guid=guid)
        case Operation.CREATE_LEDGER | Operation.ALTER_LEDGER:
            ledger = _read(Ledger, item.get("ledger"), address, key)
            party = _read(Party, item["party"], address, key) if item.get("party") else None
            kind = CreateLedger if operation is Operation.CREATE_LEDGER else AlterLedger
            return kind(key=key, ledger=ledger, party=party)
        case _:
            return CreateVoucher(key=key, voucher=_read(Voucher, item.get("voucher"), address, key))


def _read(cls: type[Any], document: Any, address: dict[str, str], key: str) -> Any:
    if not isinstance(document, Mapping):
        raise _invalid(key, f"its {cls.__name__.lower()} is missing")
    filled = {"source": address, **document}
    if cls is not Voucher:
        filled.setdefault("key", name_key(str(filled.get("name", ""))))
    else:
        filled.setdefault("party_key", name_key(str(filled.get("party_name", ""))))
    for posting in filled.get("postings", ()) if isinstance(filled.get("postings"), list) else ():
        if isinstance(posting, dict):
            posting.setdefault("ledger_key", name_key(str(posting.get("ledger_name", ""))))
    try:
        return from_document(cls, filled)
    except RuleError as error:  # a file holds many commands: say which one is meant
        raise _invalid(key, error.message.rstrip(".")) from error


def _invalid(key: str, reason: str) -> RuleError:
    return RuleError(f"The command {key!r} cannot be used: {reason}.", code="tally.write.command", key=key)
