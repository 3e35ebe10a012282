"""A second opinion: the masters we have against what Tally's ODBC server says of them.

Both come from the same books by different ways through Tally, so what differs was lost or changed on one of them.
Compared are the ledgers' names, parents, opening and closing balances and the number of groups. Opening balances are
those of the books' beginning on both ways; closing balances are as of the period that is open on Tally's screen, which
ODBC can neither ask for nor choose: a difference in closing balances alone may be that period.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from canonical.issue import Issue, IssueLevel
from canonical.ledger import Ledger, name_key
from canonical.money import ZERO
from canonical.proof import ControlTotal, ReportKind, ReportLine, SourceReport
from connectors.tally.translate.values import UnreadableValue, parse_amount
from connectors.tally.tree import Node, text_of

ORACLE = "ODBC"
_INVERTED_MIN = 3
"""Ledgers with a balance, all of them of the other sign, before the sign is said to be the matter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MasterLine:
    """A ledger, as far as both ways tell.

    Attributes:
        parent: name of its group, empty at the root.
        opening, closing: debit-positive rupees; None if nothing is said, which is not zero.
    """

    name: str
    parent: str
    opening: Decimal | None = None
    closing: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossCheck:
    """The comparison: control totals, and what a person should know about them."""

    totals: tuple[ControlTotal, ...]
    issues: tuple[Issue, ...] = ()


def lines_of_ledgers(ledgers: Iterable[Ledger]) -> tuple[MasterLine, ...]:
    """Take ledgers of the canonical store."""
    return tuple(
        MasterLine(name=ledger.name, parent=ledger.group_name, opening=ledger.opening, closing=ledger.closing)
        for ledger in ledgers
    )


def lines_of_nodes(nodes: Iterable[Node]) -> tuple[MasterLine, ...]:
    """Take LEDGER objects, of any way; an amount that cannot be read is not said."""
    return tuple(
        MasterLine(
            name=text_of(node.get("@NAME")) or text_of(node.get("NAME")),
            parent=_parent(text_of(node.get("PARENT"))),
            opening=_net(text_of(node.get("OPENINGBALANCE"))),
            closing=_net(text_of(node.get("CLOSINGBALANCE"))),
        )
        for node in nodes
    )


def trial_balance(lines: Iterable[MasterLine], *, as_of: date | None = None) -> SourceReport:
    """Return the closing balances as an oracle.

    Args:
        lines: what ODBC said.
        as_of: end of the period open in Tally, if somebody knows it.
    """
    known = [ReportLine(name=line.name, net=line.closing) for line in lines if line.closing is not None]
    return SourceReport(kind=ReportKind.TRIAL_BALANCE, lines=tuple(known), as_of=as_of, oracle=ORACLE)


def compare(
    ours: Iterable[MasterLine],
    theirs: Iterable[MasterLine],
    *,
    groups: tuple[int, int] | None = None,
    ours_is_part: bool = False,
) -> CrossCheck:
    """Compare ledgers, by the name Tally itself would match.

    Args:
        ours: by the XML gateway or from files.
        theirs: by ODBC.
        groups: number of groups, ours and theirs.
        ours_is_part: ours are the changed ledgers only: what else ODBC has is no difference.
    """
    here = {name_key(line.name): line for line in ours}
    there = {name_key(line.name): line for line in theirs}
    both = [(here[key], there[key]) for key in here if key in there]
    if ours_is_part:
        there = {key: there[key] for key in here if key in there}
    totals = [] if ours_is_part else [_total("number of ledgers", len(here), len(there))]
    if groups is not None:
        totals.append(_total("number of groups", *groups))
    totals.extend(_one_sided(here, there))
    totals.extend(_parents(both))
    totals.extend(_balances("opening", [(line.name, line.opening, other.opening) for line, other in both]))
    closings = [(line.name, line.closing, other.closing) for line, other in both]
    totals.extend(_balances("closing", closings))
    return CrossCheck(totals=tuple(totals), issues=tuple(_inverted(closings)))


Pair = tuple[str, Decimal | None, Decimal | None]


def _total(name: str, ours: Decimal | int, theirs: Decimal | int) -> ControlTotal:
    return ControlTotal(name=name, ours=Decimal(ours), theirs=Decimal(theirs), oracle=ORACLE)


def _one_sided(here: Mapping[str, MasterLine], there: Mapping[str, MasterLine]) -> Iterator[ControlTotal]:
    for key in sorted(here.keys() ^ there.keys()):
        line = here.get(key) or there[key]
        yield _total(f"ledger: {line.name}", int(key in here), int(key in there))


def _parents(both: list[tuple[MasterLine, MasterLine]]) -> Iterator[ControlTotal]:
    moved = [(line, other) for line, other in both if name_key(line.parent) != name_key(other.parent)]
    yield _total("ledgers under the same group", len(both), len(both) - len(moved))
    for line, other in moved:
        yield _total(f"group of {line.name}: {line.parent or 'none'}; by ODBC {other.parent or 'none'}", 1, 0)


def _balances(word: str, pairs: list[Pair]) -> Iterator[ControlTotal]:
    """Compare where at least one side says something; a side that says nothing holds no balance."""
    said = [
        (name, ours or ZERO, theirs or ZERO) for name, ours, theirs in pairs if not (ours is None and theirs is None)
    ]
    if not any(theirs is not None for _, _, theirs in pairs):
        total = sum((ours for _, ours, _ in said), ZERO)
        yield ControlTotal(name=f"sum of {word} balances", ours=total, theirs=None, oracle=ORACLE)
        return
    yield _total(
        f"sum of {word} balances", sum((ours for _, ours, _ in said), ZERO), sum((other for _, _, other in said), ZERO)
    )
    for name, ours, theirs in said:
        if ours != theirs:
            yield _total(f"{word} balance: {name}", ours, theirs)


def _inverted(pairs: list[Pair]) -> Iterator[Issue]:
    known = [(ours, theirs) for _, ours, theirs in pairs if ours and theirs]
    if len(known) >= _INVERTED_MIN and all(ours == -theirs for ours, theirs in known):
        yield Issue(
            code="tally.odbc.signs_inverted",
            level=IssueLevel.WARNING,
            message=f"All {len(known)} closing balances have the other sign over ODBC.",
            where=ORACLE,
            hint="The figures agree; this release of Tally counts debits as positive there. Report it to us.",
            facts={"ledgers": len(known)},
        )


def _parent(text: str) -> str:
    return "" if text.startswith("\ue004") or text == "Primary" else text


def _net(text: str) -> Decimal | None:
    try:
        amount = parse_amount(text) if text else None
    except UnreadableValue:
        return None
    return amount.net if amount else None
