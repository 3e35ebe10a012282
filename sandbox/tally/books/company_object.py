"""The company itself as an object: identity, period of the books, counters, features."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from canonical.dates import FinancialYear
from sandbox.tally.books.objects import LiveObject, Scope, fold_method
from sandbox.tally.books.tree import Element
from sandbox.tally.books.values import Day, Logical, Number, Scalar, Text


class CompanyObject(LiveObject):
    """A loaded company. Its fields are computed; a company that never held a voucher has no ``ALTVCHID``."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(scope, Element("COMPANY"), "COMPANY")

    @property
    def attributes(self) -> Mapping[str, str]:
        """Name, and an empty reserved name, as captured."""
        return {"NAME": self.scope.company.name, "RESERVEDNAME": ""}

    def method(self, name: str) -> Scalar | None:
        """Answer a field."""
        field = fold_method(name)
        if field == "ALTVCHID" and not self.scope.company.alter_voucher_id:
            return None
        if field == "LASTVOUCHERDATE" and self.scope.company.last_voucher_day is None:
            return None
        compute = _FIELDS.get(field)
        return compute(self.scope) if compute is not None else None

    def stored(self) -> Iterator[Element]:
        """Yield every field but ``ALTVCHID``: who fetches everything does not get it (measured), it must be named."""
        for field in _FIELDS:
            value = self.method(field)
            if value is not None and field != "ALTVCHID":
                yield Element(field, value.wire)


def _ending_at(scope: Scope) -> Scalar:
    """The last day with data, not the end of a financial year."""
    company = scope.company
    return Day(company.last_voucher_day or company.books_from)


def _year_start(scope: Scope) -> date:
    return FinancialYear.of(scope.company.books_from).period.start


def _count(kind: str) -> Callable[[Scope], Scalar]:
    return lambda scope: Number(Decimal(sum(row.kind == kind for row in list(scope.company.masters.by_id.values()))))


def _flag(is_set: bool) -> Callable[[Scope], Scalar]:
    return lambda _: Logical(is_set)


_FIELDS: dict[str, Callable[[Scope], Scalar]] = {
    "LASTVOUCHERDATE": lambda scope: Day(scope.company.last_voucher_day or scope.company.books_from),
    "BOOKSFROM": lambda scope: Day(scope.company.books_from),
    "STARTINGFROM": lambda scope: Day(_year_start(scope)),
    "ENDINGAT": _ending_at,
    "NAME": lambda scope: Text(scope.company.name),
    "BASICCOMPANYFORMALNAME": lambda scope: Text(scope.company.name),
    "GUID": lambda scope: Text(scope.company.guid),
    "COMPANYNUMBER": lambda scope: Text(scope.company.number),
    "STATENAME": lambda scope: Text(scope.company.facts.state),
    "COUNTRYNAME": lambda scope: Text(scope.company.facts.country),
    "PINCODE": lambda scope: Text(scope.company.facts.pincode),
    "INCOMETAXNUMBER": lambda scope: Text(scope.company.facts.pan),
    "TANUMBER": lambda scope: Text(scope.company.facts.tan),
    "CURRENCYNAME": lambda scope: Text(next((row.name for row in scope.company.masters.of_kind("CURRENCY")), "")),
    "ISAGGREGATE": lambda scope: Logical(scope.company.facts.is_aggregate),
    "ISINTEGRATED": lambda scope: Logical(scope.company.facts.is_integrated),
    "ISINVENTORYON": _flag(True),
    "ISBILLWISEON": _flag(True),
    "ISCOSTCENTRESON": _flag(True),
    "ISGSTON": _flag(True),
    "ISTDSON": _flag(True),
    "ISTCSON": _flag(False),
    "ISPAYROLLON": _flag(False),
    "ISINTERESTON": _flag(False),
    "NUMLEDGERS": _count("LEDGER"),
    "NUMGROUPS": _count("GROUP"),
    "NUMSTOCKITEMS": _count("STOCKITEM"),
    "NUMVOUCHERTYPES": _count("VOUCHERTYPE"),
    "ALTVCHID": lambda scope: Number(Decimal(scope.company.alter_voucher_id)),
    "ALTMSTID": lambda scope: Number(Decimal(scope.company.alter_master_id)),
}
