"""One request's world: the company and period it works with, its variables, formulae and collections."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from sandbox.tally.books.errors import UnknownKind
from sandbox.tally.gateway.definitions import Definitions, fold_name
from sandbox.tally.gateway.faults import Faults
from sandbox.tally.gateway.period import ServedPeriod
from sandbox.tally.gateway.tdl.compiler import Compiled, compile_expression
from sandbox.tally.gateway.tdl.lexer import TdlError
from sandbox.tally.gateway.tdl.scope import Evaluate, Scope
from sandbox.tally.gateway.tdl.values import Methods, Value

if TYPE_CHECKING:
    from canonical.dates import Period
    from sandbox.tally.books import LiveBooks, LiveCompany

RELEASE = "7.0"
_BUILT_IN = {
    "versionreleasestring": f'"{RELEASE}"',
    "versionnumber": f'"{RELEASE}"',
    "productname": '"TallyPrime"',
    "isnonoptionalcancelledvchs": "NOT $IsCancelled AND NOT $IsOptional",
}
"""Formulae of Tally's own that clients refer to without defining them."""
_DEEPEST_NESTING = 24
_NO_BOOKS_DAY = date(2025, 4, 1)
"""The current date while no company is open; the sandbox reads no clock."""


class RequestWorld:
    """What the expressions and collections of one request see.

    Args:
        books: The loaded companies.
        company: Whose books; None where no loaded company matches.
        variables: Static variables of the request by lower-case name.
        definitions: What the request defines.
        served: Its period.
        screen: The period open on the screen.
        faults: The switches in force for it.
    """

    def __init__(
        self,
        books: LiveBooks,
        company: LiveCompany | None,
        *,
        variables: Mapping[str, str],
        definitions: Definitions,
        served: ServedPeriod | None,
        screen: Period | None,
        faults: Faults,
    ) -> None:
        self.books = books
        self.company = company
        self.definitions = definitions
        self.served = served
        self.faults = faults
        self._screen = screen
        self._variables = variables
        self._compiled: dict[str, Compiled] = {}
        self._found: dict[tuple[str, str], Methods | None] = {}
        self._depth = 0

    def compile(self, source: str) -> Compiled:
        """Compile an expression, once per request."""
        compiled = self._compiled.get(source)
        if compiled is None:
            compiled = self._compiled[source] = compile_expression(source)
        return compiled

    def variable(self, name: str) -> Value:
        """``##Name``; names the request does not set are empty."""
        match name:
            case "svcurrentcompany":
                return self.company_name
            case "svfromdate":
                return self.served.start if self.served is not None else None
            case "svtodate":
                return self.served.end if self.served is not None else None
            case "svcurrentdate":
                return self.today
            case _:
                return self._variables.get(name, self.definitions.variables.get(fold_name(name), ""))

    def formula(self, name: str) -> Evaluate:
        """``@@Name``.

        Raises:
            TdlError: The request defines no such formula.
        """
        return self.compile(self.formula_source(name)).evaluate

    def formula_source(self, name: str) -> str:
        """The text of a formula: of the request, else of those Tally brings along.

        Raises:
            TdlError: There is no such formula.
        """
        folded = fold_name(name)
        source = self.definitions.formulae.get(folded) or _BUILT_IN.get(folded)
        if source is None:
            raise TdlError(f"Could not find description! Formula: {name}")
        return source

    def field(self, name: str) -> Evaluate:
        """``#Name``.

        Raises:
            TdlError: The request defines no such field.
        """
        definition = self.definitions.find("FIELD", name)
        if definition is None:
            raise TdlError(f"Could not find description! Field: {name}")
        return self.compile(definition.one("SET", '""')).evaluate

    def find(self, type_name: str, name: str) -> Methods | None:
        """An object by type and name, remembered for the request."""
        key = (type_name.casefold(), name)
        if key not in self._found:
            self._found[key] = self._find(type_name, name)
        return self._found[key]

    def _find(self, type_name: str, name: str) -> Methods | None:
        if type_name.casefold() == "company":
            company = self.books.find(name)
            return next(iter(company.objects("Company", self._balances(company))), None) if company else None
        if self.company is None or not name:
            return None
        return self.company.find_object(type_name, name, self._balances(self.company))

    def _balances(self, company: LiveCompany) -> Period:
        return self.served.balances if self.served is not None else company.whole_period

    def collection(self, name: str) -> list[Scope]:
        """The objects of a collection by name: of the request, else of the type called so.

        Raises:
            TdlError: There is none, or it refers to itself.
        """
        from sandbox.tally.gateway.gather import gather_by_name  # noqa: PLC0415 - gather needs this module

        self._depth += 1
        try:
            if self._depth > _DEEPEST_NESTING:
                raise TdlError(f"Collection {name} refers to itself.")
            return list(gather_by_name(self, name))
        except UnknownKind as error:
            raise TdlError(str(error)) from error
        finally:
            self._depth -= 1

    @property
    def period(self) -> tuple[date, date]:
        """The period balances are stated for."""
        if self.served is None:
            return date.min, date.max
        return self.served.balances.start, self.served.balances.end

    @property
    def screen_period(self) -> tuple[date, date]:
        """The period open on the screen."""
        return (self._screen.start, self._screen.end) if self._screen is not None else self.period

    @property
    def today(self) -> date:
        """The current date of the books: that of the last voucher, for the sandbox reads no clock."""
        company = self.company or self.books.current
        if company is None:
            return _NO_BOOKS_DAY
        return company.last_voucher_day or company.books_from

    @property
    def company_name(self) -> str:
        """The company's own spelling of its name; what was asked for if none is loaded."""
        return self.company.name if self.company is not None else self._variables.get("svcurrentcompany", "")

    def licence(self, name: str) -> Value:
        """``$$LicenseInfo:name``."""
        match name:
            case "serialnumber":
                return "700000000"
            case "iseducationalmode":
                return self.faults.educational
            case "issilver":
                return not self.faults.educational
            case "isgold" | "isserver" | "iseditlog" | "isindian":
                return name == "isindian"
            case _:
                return ""
