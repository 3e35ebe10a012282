"""A named report: the books make it, the gateway gives it period and switches."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

from canonical.dates import Period
from sandbox.tally.books.errors import ReportUnknown
from sandbox.tally.books.reports import run_report
from sandbox.tally.gateway import answers
from sandbox.tally.gateway.definitions import fold_name
from sandbox.tally.gateway.incoming import Incoming
from sandbox.tally.gateway.period import statement_end
from sandbox.tally.gateway.world import RequestWorld

_DAY_BOOKS = frozenset({"daybook"})
_REGISTERS = frozenset({"voucherregister", "salesregister", "purchaseregister", "journalregister"})
_ENTRY_LIST = re.compile(r" *<([A-Z]+ENTRIES[A-Z]*\.LIST)>.*?</\1>\r?\n?", re.DOTALL)


def answer_named_report(world: RequestWorld, incoming: Incoming) -> Iterator[str]:
    """The report's own envelope, without header or STATUS; an unknown one is a harmless LINEERROR."""
    company, served = world.company, world.served
    if company is None or served is None:
        yield answers.EMPTY_REPORT
        return
    if world.faults.empty:
        yield answers.EMPTY_REPORT
        return
    start, end = _period(world, fold_name(incoming.id))
    try:
        pieces: Iterator[str] = run_report(company, incoming.id, Period(start, end), incoming.variables)
    except ReportUnknown as error:
        yield answers.report_not_found(error.message)
        return
    headers_only = world.faults.register_headers_only and fold_name(incoming.id) in _REGISTERS
    yield from _without_entries(pieces) if headers_only else pieces


def _period(world: RequestWorld, report: str) -> tuple[date, date]:
    """From when to when, after what some installations make of it."""
    start, end = world.period
    if world.company is None:
        return start, end
    if report in _DAY_BOOKS and world.faults.day_book_ignores_period:
        return world.screen_period
    if report in _DAY_BOOKS or report in _REGISTERS:
        return start, end
    return start, statement_end(world.company, end, world.faults)


def _without_entries(pieces: Iterable[str]) -> Iterator[str]:
    """Vouchers without any list that has entries."""
    yield _ENTRY_LIST.sub("", "".join(pieces))
