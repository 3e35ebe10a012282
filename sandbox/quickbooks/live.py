"""A company as tests and the fake API hold it: the books, the way to write to them, what happens, and truth."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sandbox.quickbooks.company import Company
from sandbox.quickbooks.selection import Selector
from sandbox.quickbooks.truth import Truth, build_truth
from sandbox.quickbooks.writing import Writer

if TYPE_CHECKING:
    from sandbox.quickbooks.business import Business


class LiveCompany:
    """One company.

    Attributes:
        company: the books; read them, write to them only through ``write``.
        write: create, update, delete, void.
        select: the query language.
        business: business edits, drawn from dice.
    """

    business: Business

    def __init__(self, company: Company) -> None:
        self.company = company
        self.write = Writer(company)
        self.select = Selector(company)

    @property
    def realm_id(self) -> str:
        """Its number at QuickBooks."""
        return self.company.realm_id

    @property
    def name(self) -> str:
        """What it is called."""
        return self.company.name

    def truth(self, as_of: date | None = None) -> Truth:
        """Add the books up from their documents as of a day (None: everything there is)."""
        with self.company.lock:
            return build_truth(self.company, as_of)
