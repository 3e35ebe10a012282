"""Bills as objects: a reference of a ledger with what was open when the period began and what is open at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from decimal import Decimal

from sandbox.tally.books.bills import Bill, bills_of
from sandbox.tally.books.objects import LiveObject, Scope, fold_method
from sandbox.tally.books.tree import Element
from sandbox.tally.books.values import Amount, Day, Scalar, Text


class BillObject(LiveObject):
    """A bill. Of its methods only the common ones are known; others answer nothing."""

    def __init__(self, scope: Scope, bill: Bill, opening: int) -> None:
        super().__init__(scope, Element("BILL"), "BILL")
        self.bill = bill
        self.opening = opening

    @property
    def attributes(self) -> Mapping[str, str]:
        """The reference is its name."""
        return {"NAME": self.bill.ref}

    def method(self, name: str) -> Scalar | None:
        """Answer a method."""
        compute = _METHODS.get(fold_method(name))
        return compute(self) if compute is not None else None

    def stored(self) -> Iterator[Element]:
        """Yield every field."""
        for name, compute in _METHODS.items():
            yield Element(name, compute(self).wire)


_METHODS: dict[str, Callable[[BillObject], Scalar]] = {
    "NAME": lambda one: Text(one.bill.ref),
    "PARENT": lambda one: Text(one.scope.company.masters.by_id[one.bill.ledger_id].name),
    "BILLDATE": lambda one: Day(one.bill.bill_date),
    "OPENINGBALANCE": lambda one: Amount(Decimal(-one.opening) / 100),
    "CLOSINGBALANCE": lambda one: Amount(Decimal(-one.bill.paise) / 100),
}


def iter_bills(scope: Scope) -> Iterator[BillObject]:
    """Yield the bills that are open at the beginning or the end of the period, in the order of opening."""
    before = bills_of(scope.company, scope.period.start - timedelta(days=1))
    openings = {bill.number: bill.paise for bill in before}
    for bill in bills_of(scope.company, scope.period.end):
        opening = openings.get(bill.number, 0)
        if bill.paise or opening:
            yield BillObject(scope, bill, opening)
