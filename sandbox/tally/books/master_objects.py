"""Masters as objects, with what Tally computes for them: balances for the period, place in the group tree."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from sandbox.tally.books.balances import PROFIT_AND_LOSS, is_nominal, is_stock
from sandbox.tally.books.masters import PRIMARY, aliases_of, reserved_name
from sandbox.tally.books.objects import LiveObject, Scope, fold_method
from sandbox.tally.books.records import Master
from sandbox.tally.books.statements import (
    closing_of,
    group_closing,
    group_turnover,
    opening_in,
)
from sandbox.tally.books.stock_text import stock_quantity, stock_rate
from sandbox.tally.books.tree import Element
from sandbox.tally.books.values import Amount, Empty, Logical, Number, Scalar, Text

SEPARATOR = "\x03"
"""On both sides of every part of PARENTSTRUCTURE, raw and illegal in XML."""

IDENTITY_TAGS = frozenset({"GUID", "MASTERID", "ALTERID"})


class MasterObject(LiveObject):
    """A master."""

    def __init__(self, scope: Scope, record: Master) -> None:
        super().__init__(scope, record.tree, record.kind)
        self.record = record

    @property
    def guid(self) -> str:
        """Company GUID and master number."""
        return f"{self.scope.company.guid}-{self.record.master_id:08x}"

    @property
    def attributes(self) -> Mapping[str, str]:
        """Present name, reserved name, and what else the class writes."""
        return {"NAME": self.record.name, **{k: v for k, v in self.element.attributes.items() if k != "NAME"}}

    def method(self, name: str) -> Scalar | None:
        """Answer computed methods, then stored ones; ``_X`` is the computed X."""
        field = fold_method(name)
        computed = _ANY.get(field) or _BY_KIND.get(self.record.kind, {}).get(field)
        if computed is None and field.startswith("_"):
            computed = _ANY.get(field[1:]) or _BY_KIND.get(self.record.kind, {}).get(field[1:])
        return computed(self) if computed is not None else super().method(field)

    def stored(self) -> Iterator[Element]:
        """Yield the children as an export lists them, identity and balance filled in."""
        for child in self.element.children:
            if child.tag == "NAME":
                yield child._replace(text=self.record.name)
            elif child.tag in IDENTITY_TAGS:
                yield child._replace(text=self._identity_text(child.tag))
            elif child.tag == "CLOSINGBALANCE" and not child.children:
                value = self.method("CLOSINGBALANCE")
                yield child._replace(text=value.wire if value is not None else "")
            else:
                yield child

    def _identity_text(self, tag: str) -> str:
        return self.guid if tag == "GUID" else f" {_ANY[tag](self).wire}"


def _amount(paise: int) -> Scalar:
    return Amount(Decimal(-paise) / 100)


def _parent(master: MasterObject) -> Scalar:
    table = master.scope.company.masters
    parent = table.reference(master.element, "PARENT")
    if parent is not None:
        return Text(parent.name)
    return Text(PRIMARY if master.element.first("PARENT") is not None else "")


def _alias(master: MasterObject) -> Scalar:
    return Text(next(iter(aliases_of(master.element)), ""))


def _line(master: MasterObject) -> list[Master]:
    """Return the groups above, nearest first; a group's own line begins with itself."""
    return [row for row in master.scope.company.masters.lineage(master.record) if row.kind == "GROUP"]


def _primary_group(master: MasterObject) -> Scalar:
    """The nearest predefined group above (or the group itself), by its present name."""
    found = next((row for row in _line(master) if reserved_name(row)), None)
    return Text(found.name if found is not None else PRIMARY)


def _grand_parent(master: MasterObject) -> Scalar:
    """The topmost group."""
    line = _line(master)
    return Text(line[-1].name if line else PRIMARY)


def _primary_group_parent(master: MasterObject) -> Scalar:
    """The topmost group above; a root has only Tally's own Primary above it."""
    line = _line(master)
    return Text(line[-1].name if len(line) > 1 else PRIMARY)


def _reserve_name(master: MasterObject) -> Scalar:
    """The reserved name of the nearest predefined group, the group itself first."""
    return Text(next((name for row in _line(master) if (name := reserved_name(row))), ""))


def _parent_structure(master: MasterObject) -> Scalar:
    return Text("".join(f"{SEPARATOR}{row.name}{SEPARATOR}" for row in _line(master)))


def _ledger_opening(master: MasterObject) -> Scalar:
    return _amount(opening_in(master.scope.company, master.scope.period, master.record.master_id))


def _ledger_closing(master: MasterObject) -> Scalar:
    """Empty for a ledger nothing was ever posted to and that opened at nothing, as captures show."""
    company, period = master.scope.company, master.scope.period
    row = company.sums(period).of(master.record.master_id)
    special = reserved_name(master.record) == PROFIT_AND_LOSS or is_stock(company.masters, master.record)
    if not special and not (row.opening or row.debit or row.credit):
        return Empty("Amount")
    return _amount(closing_of(company, period, master.record))


def _ledger_sum(field: str) -> Callable[[MasterObject], Scalar]:
    def compute(master: MasterObject) -> Scalar:
        row = master.scope.company.sums(master.scope.period).of(master.record.master_id)
        sides = {"opening": row.opening, "debit": row.debit, "credit": -row.credit, "closing": row.closing}
        return _amount(sides[field])

    return compute


def _group_opening(master: MasterObject) -> Scalar:
    return _amount(group_turnover(master.scope.company, master.scope.period, master.record).opening)


def _group_closing(master: MasterObject) -> Scalar:
    return _amount(group_closing(master.scope.company, master.scope.period, master.record))


def _is_revenue(master: MasterObject) -> Scalar:
    return Logical(is_nominal(master.scope.company.masters, master.record))


def _stock_item(field: str) -> Callable[[MasterObject], Scalar]:
    def compute(master: MasterObject) -> Scalar:
        company, item = master.scope.company, master.record
        stock = company.stock(master.scope.period.end)[item.master_id]
        match field:
            case "CLOSINGBALANCE":
                return stock_quantity(company.masters, item, stock.closing)
            case "CLOSINGVALUE":
                return _amount(stock.value)
            case "CLOSINGRATE":
                return stock_rate(company.masters, item, stock.value, stock.closing)
            case "INWARDQUANTITY":
                return stock_quantity(company.masters, item, stock.inward)
            case _:
                return stock_quantity(company.masters, item, stock.outward)

    return compute


_ANY: dict[str, Callable[[MasterObject], Scalar]] = {
    "NAME": lambda master: Text(master.record.name),
    "GUID": lambda master: Text(master.guid),
    "MASTERID": lambda master: Number(Decimal(master.record.master_id)),
    "ALTERID": lambda master: Number(Decimal(master.record.alter_id)),
    "RESERVEDNAME": lambda master: Text(reserved_name(master.record)),
    "ISRESERVED": lambda master: Logical(bool(reserved_name(master.record))),
    "CANDELETE": lambda master: Logical(not reserved_name(master.record)),
    "ALIAS": _alias,
    "ONLYALIAS": _alias,
    "PARENT": _parent,
}
_BY_KIND: dict[str, dict[str, Callable[[MasterObject], Scalar]]] = {
    "LEDGER": {
        "OPENINGBALANCE": _ledger_opening,
        "CLOSINGBALANCE": _ledger_closing,
        "TBALOPENING": _ledger_sum("opening"),
        "DEBITTOTALS": _ledger_sum("debit"),
        "CREDITTOTALS": _ledger_sum("credit"),
        "TBALCLOSING": _ledger_sum("closing"),
        "PRIMARYGROUP": _primary_group,
        "GRANDPARENT": _grand_parent,
        "PARENTSTRUCTURE": _parent_structure,
        "ISREVENUE": _is_revenue,
    },
    "GROUP": {
        "OPENINGBALANCE": _group_opening,
        "CLOSINGBALANCE": _group_closing,
        "RESERVENAME": _reserve_name,
        "PRIMARYGROUP": _primary_group,
        "GRANDPARENT": _grand_parent,
        "PRIMARYGRPPARENT": _primary_group_parent,
        "PARENTSTRUCTURE": _parent_structure,
        "ISREVENUE": _is_revenue,
    },
    "STOCKITEM": {
        name: _stock_item(name)
        for name in ("CLOSINGBALANCE", "CLOSINGVALUE", "CLOSINGRATE", "INWARDQUANTITY", "OUTWARDQUANTITY")
    },
}
