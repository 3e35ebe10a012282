"""Reports that change what is open on Tally's screen: the loader's way of choosing company and period."""

from __future__ import annotations

from typing import TYPE_CHECKING

from canonical.dates import Period
from sandbox.tally.gateway.answers import EMPTY_REPORT, report_not_found
from sandbox.tally.gateway.definitions import Definition, fold_name, split_pair
from sandbox.tally.gateway.period import Screen
from sandbox.tally.gateway.rows import Row
from sandbox.tally.gateway.tdl.scope import Scope
from sandbox.tally.gateway.tdl.values import Value, as_day, text

if TYPE_CHECKING:
    from sandbox.tally.books import LiveBooks
    from sandbox.tally.gateway.world import RequestWorld


def change_screen(books: LiveBooks, screen: Screen, world: RequestWorld, report: Definition) -> str:
    """Apply a report that uses ``Change Period`` or ``ChangeCurrentCompany``.

    What Tally sends back is not known; the popular loader reads nothing of it. Here it is the empty envelope.
    """
    here = Scope(world, Row({}))
    pairs = (split_pair(one) for one in report.all("SET"))
    values = {name.casefold(): world.compile(source).evaluate(here) for name, source in pairs}
    match fold_name(report.one("USE")):
        case "changeperiod":
            _change_period(screen, world, values)
        case "changecurrentcompany":
            _change_company(books, values)
        case _:
            return report_not_found(f"Could not find Report '{report.one('USE')}'!")
    return EMPTY_REPORT


def _change_period(screen: Screen, world: RequestWorld, values: dict[str, Value]) -> None:
    start, end = as_day(values.get("svfromdate")), as_day(values.get("svtodate"))
    if world.company is not None and start is not None and end is not None and start <= end:
        screen.periods[world.company.guid] = Period(start, end)


def _change_company(books: LiveBooks, values: dict[str, Value]) -> None:
    """Only among loaded companies; another name changes nothing."""
    found = books.find(text(values.get("svcurrentcompany")))
    if found is not None:
        books.current = found
