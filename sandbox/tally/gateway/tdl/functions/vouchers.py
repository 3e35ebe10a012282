"""Functions that say what a voucher type or ledger is: by the chain of its parents, never by its name."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.tally.books.references import fold
from sandbox.tally.gateway.tdl.functions.definition import Function, of_scope, of_values
from sandbox.tally.gateway.tdl.scope import Scope, World
from sandbox.tally.gateway.tdl.values import Value, text

ORDERS = frozenset({"Sales Order", "Purchase Order", "Job Work In Order", "Job Work Out Order"})
INVENTORY = frozenset(
    {
        *("Delivery Note", "Receipt Note", "Rejections In", "Rejections Out"),
        *("Stock Journal", "Physical Stock", "Material In", "Material Out"),
    }
)
PAYROLL = frozenset({"Payroll", "Attendance"})
_DEEPEST_CHAIN = 12
_SINGLE = {
    "issales": "Sales", "ispurchase": "Purchase", "isreceipt": "Receipt", "ispayment": "Payment",
    "iscontra": "Contra", "isjournal": "Journal", "iscreditnote": "Credit Note", "isdebitnote": "Debit Note",
    "isdeliverynote": "Delivery Note", "isreceiptnote": "Receipt Note", "isrejectionsin": "Rejections In",
    "isrejectionsout": "Rejections Out", "isstockjrnl": "Stock Journal", "isstockjournal": "Stock Journal",
    "isphysicalstock": "Physical Stock", "issalesorder": "Sales Order", "ispurcorder": "Purchase Order",
    "ispurchaseorder": "Purchase Order", "ismemo": "Memorandum", "ismemorandum": "Memorandum",
    "isreversingjournal": "Reversing Journal", "isrevjrnl": "Reversing Journal", "ispayroll": "Payroll",
    "isattendance": "Attendance", "ismaterialin": "Material In", "ismaterialout": "Material Out",
}  # fmt: skip


def core_type(world: World, type_name: str) -> str:
    """The predefined voucher type that a type derives from; empty if it derives from none."""
    name = type_name
    for _ in range(_DEEPEST_CHAIN):
        found = world.find("VoucherType", name)
        if found is None:
            return ""
        reserved = found.method("reservedname")
        if reserved is not None and reserved.wire:
            return reserved.wire
        parent = found.method("parent")
        if parent is None or parent.wire == name:
            return ""
        name = parent.wire
    return ""


def _is_one_of(accept: Callable[[str], bool]) -> Function:
    def test(scope: Scope, value: Value = None) -> Value:
        named = text(value) if value is not None else text(scope.value("vouchertypename"))
        return accept(core_type(scope.world, named))

    return of_scope(0, 1, test)


def _is(core: str) -> Function:
    return _is_one_of(lambda found: found == core)


def _is_accounting(core: str) -> bool:
    return bool(core) and core not in ORDERS and core not in INVENTORY and core not in PAYROLL


def _is_ledger_of_group(scope: Scope, ledger: Value, group: Value) -> Value:
    """Whether a ledger lies in a group or anywhere below it."""
    found = scope.world.find("Ledger", text(ledger))
    wanted = fold(text(group))
    for _ in range(_DEEPEST_CHAIN):
        parent = found.method("parent") if found is not None else None
        if parent is None or not parent.wire:
            return False
        if fold(parent.wire) == wanted:
            return True
        found = scope.world.find("Group", parent.wire)
    return False


def _constant(value: str) -> Function:
    return of_values(0, 0, lambda _: value)


_TYPE_NAMES = (
    *("Sales", "Purchase", "Receipt", "Payment", "Contra", "Journal", "Credit Note", "Debit Note", "Delivery Note"),
    *("Receipt Note", "Stock Journal", "Physical Stock", "Sales Order", "Purchase Order", "Memorandum", "Payroll"),
)
_GROUP_NAMES = (
    *("Sundry Debtors", "Sundry Creditors", "Sales Accounts", "Purchase Accounts", "Bank Accounts", "Cash-in-Hand"),
    *("Duties & Taxes", "Stock-in-Hand", "Direct Expenses", "Direct Incomes", "Indirect Expenses", "Indirect Incomes"),
    *("Fixed Assets", "Current Assets", "Current Liabilities", "Capital Account", "Bank OD A/c"),
)


def _compact(name: str) -> str:
    return "".join(one for one in name.casefold() if one.isalnum())


VOUCHERS: dict[str, Function] = {
    **{name: _is(core) for name, core in _SINGLE.items()},
    "isordervch": _is_one_of(lambda core: core in ORDERS),
    "isinventoryvch": _is_one_of(lambda core: core in INVENTORY),
    "isaccountingvch": _is_one_of(_is_accounting),
    "ispayrollvch": _is_one_of(lambda core: core in PAYROLL),
    **{f"vchtype{_compact(name)}": _constant(name) for name in _TYPE_NAMES},
    **{f"group{_compact(name)}": _constant(name) for name in _GROUP_NAMES},
    "groupstock": _constant("Stock-in-Hand"),
    "isledofgrp": of_scope(2, 2, _is_ledger_of_group),
}
