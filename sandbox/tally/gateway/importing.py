"""An import: the books take it; the gateway adds what goes wrong on the way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sandbox.tally.books.tree import escape_native
from sandbox.tally.gateway import answers
from sandbox.tally.gateway.faults import Faults
from sandbox.tally.gateway.incoming import Incoming

if TYPE_CHECKING:
    from sandbox.tally.books import LiveBooks

_COUNTERS = ("CREATED", "ALTERED", "DELETED", "LASTVCHID", "LASTMID", "COMBINED", "IGNORED", "ERRORS", "CANCELLED")
_NOTHING = "<ENVELOPE>\n <HEADER>\n  <VERSION>1</VERSION>\n  <STATUS>1</STATUS>\n </HEADER>\n</ENVELOPE>\n"


def answer_import(books: LiveBooks, incoming: Incoming, faults: Faults) -> str:
    """The counters of an import; a company that is not loaded fails closed."""
    if incoming.company is not None and books.find(incoming.company) is None:
        return answers.company_not_set(incoming.company)
    if faults.import_nothing:
        return _NOTHING
    if faults.import_exception or faults.import_line_error:
        return _excepted(faults.import_line_error)
    if incoming.envelope is None:
        return answers.UNKNOWN_REQUEST
    with _licence(books, educational=faults.educational):
        return books.import_data(incoming.envelope)


@contextmanager
def _licence(books: LiveBooks, *, educational: bool) -> Iterator[None]:
    """An educational licence takes vouchers only on few days of the month."""
    before = [(company, company.is_educational) for company in books.companies]
    try:
        for company, was in before:
            company.is_educational = was or educational
        yield
    finally:
        for company, was in before:
            company.is_educational = was


def _excepted(message: str) -> str:
    """Nothing done, ERRORS 0, EXCEPTIONS 1; with or without a LINEERROR."""
    line = f"<LINEERROR>{escape_native(message)}</LINEERROR>" if message else ""
    counters = "".join(f"<{name}>0</{name}>" for name in _COUNTERS)
    return f"<RESPONSE>{line}{counters}<EXCEPTIONS>1</EXCEPTIONS></RESPONSE>\n"
