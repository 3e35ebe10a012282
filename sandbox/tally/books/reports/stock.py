"""Stock summary and godown summary: quantity, rounded rate and value per row; a value is negative (debit)."""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.tally.books.company import Ledgerbook
from sandbox.tally.books.records import Master
from sandbox.tally.books.reports.blocks import Block, name_block, tally_amount
from sandbox.tally.books.reports.request import ReportRequest
from sandbox.tally.books.stock import ItemStock
from sandbox.tally.books.stock_text import stock_quantity, stock_rate

Holding = dict[int, tuple[int, int]]
"""By item: quantity in thousandths, value in paise."""


def stock_summary(request: ReportRequest) -> Iterator[Block]:
    """Write top stock groups, with ``EXPLODEFLAG`` what is directly below them, with ``ISITEMWISE`` items alone."""
    company = request.company
    held = {key: (row.closing, row.value) for key, row in company.stock(request.period.end).items()}
    items = company.masters.of_kind("STOCKITEM")
    if request.is_on("ISITEMWISE"):
        for item in items:
            yield from _row(company, item.name, {item.master_id: held[item.master_id]})
        return
    for top in _children(company, "STOCKGROUP", None):
        yield from _group(company, held, top)
        if request.is_on("EXPLODEFLAG"):
            for child in [*_children(company, "STOCKGROUP", top), *_children(company, "STOCKITEM", top)]:
                yield from _group(company, held, child)
    for item in _children(company, "STOCKITEM", None):
        yield from _row(company, item.name, {item.master_id: held[item.master_id]})


def _children(company: Ledgerbook, kind: str, parent: Master | None) -> list[Master]:
    return [row for row in company.masters.of_kind(kind) if company.masters.parent_of(row) == parent]


def _group(company: Ledgerbook, held: Holding, top: Master) -> Iterator[Block]:
    inside = {
        item.master_id: held[item.master_id]
        for item in company.masters.of_kind("STOCKITEM")
        if any(above.master_id == top.master_id for above in company.masters.lineage(item))
    }
    yield from _row(company, top.name, inside)


def godown_summary(request: ReportRequest) -> Iterator[Block]:
    """Write every godown with what lies in it itself, not in those below it."""
    company = request.company
    shares = _by_godown(company.stock(request.period.end))
    for godown in company.masters.of_kind("GODOWN"):
        yield from _row(company, godown.name, shares.get(godown.master_id, {}))


def _by_godown(stock: dict[int, ItemStock]) -> dict[int, Holding]:
    """Share each item's value out by quantity; the last godown takes the rounding, so the shares make the whole."""
    shares: dict[int, Holding] = {}
    for item_id, row in stock.items():
        left = row.value
        places = sorted(row.by_godown.items())
        for position, (godown_id, quantity) in enumerate(places):
            value = left if position == len(places) - 1 else row.worth(quantity)
            left -= value
            shares.setdefault(godown_id, {})[item_id] = (quantity, value)
    return shares


def _row(company: Ledgerbook, name: str, holding: Holding) -> Iterator[Block]:
    """A row over items of different units has no quantity and no rate."""
    items = [company.masters.by_id[key] for key in holding]
    units = {unit.master_id for item in items if (unit := company.masters.reference(item.tree, "BASEUNITS"))}
    quantity = sum(amount for amount, _ in holding.values())
    value = sum(worth for _, worth in holding.values())
    text = rate = ""
    if len(units) == 1:
        text = stock_quantity(company.masters, items[0], quantity).wire.strip()
        rate = stock_rate(company.masters, items[0], value, quantity).wire.partition("/")[0]
    yield name_block(name)
    yield (
        "DSPSTKINFO",
        [("DSPSTKCL", [("DSPCLQTY", text), ("DSPCLRATE", rate), ("DSPCLAMTA", tally_amount(value))])],
    )
