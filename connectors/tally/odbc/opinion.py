"""What ODBC says of the closing balances, and for which day that may be taken.

ODBC serves the period open on Tally's screen. The gateway's Trial Balance is of a period that was asked for; if both
agree ledger by ledger, ODBC's figures stand for that period too, and are an oracle. If not, they are kept but refused
as one, with the reason: an unknown period must not block anything. Two kinds of ledgers are left aside, because no
report agrees on them by design: the result (Profit & Loss A/c, which no trial balance lists as it stands in the master)
and ledgers of stock (a trial balance shows the opening stock, the master the closing one).
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from canonical.ledger import ReservedGroup, name_key
from canonical.money import ZERO
from canonical.proof import ControlTotal, ReportKind, SourceReport
from canonical.record import JsonValue
from connectors.tally.odbc.crosscheck import ORACLE, MasterLine
from connectors.tally.reports.odbc import DERIVED, ROW_TAG
from connectors.tally.reports.read import read_report
from connectors.tally.reports.record import ReportRecord
from connectors.tally.tree import Node, text_of

REPORT_TITLE = "ODBC ledgers"
"""Key and title of the record in the stream ``reports``."""
PROFIT_AND_LOSS = "Profit & Loss A/c"
NO_PERIOD = "ODBC does not say of which period its closing balances are, and no trial balance was there to tell"
OTHER_PERIOD = "the closing balances over ODBC are not those of the trial balance: another period is open in Tally"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """ODBC's closing balances, judged.

    Attributes:
        totals: the comparison with the gateway's Trial Balance, ledger by ledger where they differ.
        day_from: first day of their period; None if that is not known.
        as_of: the day they stand for; None if that is not known.
        refused: why they are no oracle; empty if they are.
    """

    totals: tuple[ControlTotal, ...] = ()
    day_from: date | None = None
    as_of: date | None = None
    refused: str = ""

    @classmethod
    def of(
        cls,
        theirs: Iterable[MasterLine],
        trial_balance: Mapping[str, JsonValue] | None,
        derived: Container[str] = frozenset(),
    ) -> Opinion:
        """Judge ODBC's ledgers by the gateway's Trial Balance.

        Args:
            theirs: what ODBC said.
            trial_balance: the record of the stream ``reports``, None if there is none.
            derived: keys of ledgers to leave aside, see ``derived_ledgers``.
        """
        report = gateway_trial_balance(trial_balance)
        known = [(name_key(line.name), line) for line in theirs if line.closing is not None]
        closings = {key: (line.name, line.closing) for key, line in known if key not in derived}
        if report is None or not closings:
            return cls(refused=NO_PERIOD)
        totals = _compare(report, closings)
        if len(totals) > 1:
            return cls(totals=totals, refused=OTHER_PERIOD)
        refused = "" if report.as_of else NO_PERIOD
        return cls(totals=totals, day_from=report.day_from, as_of=report.as_of, refused=refused)

    def to_object(self, ledgers: Sequence[Node], derived: Container[str] = frozenset()) -> dict[str, JsonValue]:
        """Write it as the ``object`` of a record of the stream ``reports``; what is left aside is marked."""
        rows = [
            (ROW_TAG, {**node, DERIVED: "Yes"} if name_key(str(node["@NAME"])) in derived else node) for node in ledgers
        ]
        record = ReportRecord(
            rows=rows, report=REPORT_TITLE, day_from=self.day_from, as_of=self.as_of, refused=self.refused
        )
        return record.to_object()


def derived_ledgers(ledgers: Iterable[Node], groups: Iterable[Node]) -> frozenset[str]:
    """Return the keys of the ledgers whose closing balance Tally derives: the result, and stock in hand."""
    parents: dict[str, str] = {}
    stock = {name_key(ReservedGroup.STOCK_IN_HAND.value)}
    for group in groups:
        key = name_key(text_of(group.get("@NAME")))
        parents[key] = name_key(text_of(group.get("PARENT")))
        reserved = text_of(group.get("@RESERVEDNAME"))
        if reserved and name_key(reserved) == name_key(ReservedGroup.STOCK_IN_HAND.value):
            stock.add(key)
    found = set()
    for ledger in ledgers:
        name = text_of(ledger.get("@NAME"))
        is_result = PROFIT_AND_LOSS in (name, text_of(ledger.get("@RESERVEDNAME")))
        if is_result or _is_below(name_key(text_of(ledger.get("PARENT"))), stock, parents):
            found.add(name_key(name))
    return frozenset(found)


def _is_below(group: str, tops: Container[str], parents: Mapping[str, str]) -> bool:
    for _ in range(len(parents) + 1):
        if group in tops:
            return True
        if group not in parents:
            return False
        group = parents[group]
    return False  # a circle: the answer was damaged


def gateway_trial_balance(record: Mapping[str, JsonValue] | None) -> SourceReport | None:
    """Read the gateway's Trial Balance, None if it cannot serve."""
    if record is None:
        return None
    report = read_report(ReportRecord.of_object(record["object"]), "")
    is_usable = report.kind is ReportKind.TRIAL_BALANCE and report.lines and not report.is_refused
    return report if is_usable else None


def _compare(report: SourceReport, closings: Mapping[str, tuple[str, Decimal | None]]) -> tuple[ControlTotal, ...]:
    """Compare ledgers the report lists; what it leaves out has no balance, groups among its lines are passed over."""
    listed = {name_key(line.name): line.net for line in report.lines}
    ours = {key: listed.get(key, ZERO) for key in closings}
    theirs = {key: closing or ZERO for key, (_, closing) in closings.items()}
    differing = [
        _total(f"closing balance: {closings[key][0]}", ours[key], theirs[key])
        for key in closings
        if ours[key] != theirs[key]
    ]
    return (_total("sum of closing balances", _magnitude(ours.values()), _magnitude(theirs.values())), *differing)


def _magnitude(amounts: Iterable[Decimal]) -> Decimal:
    """Sum of the debit balances: the sum of all is zero in any books."""
    return sum((amount for amount in amounts if amount > ZERO), ZERO)


def _total(name: str, ours: Decimal, theirs: Decimal) -> ControlTotal:
    return ControlTotal(name=name, ours=ours, theirs=theirs, oracle=ORACLE)
