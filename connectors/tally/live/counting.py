"""What Tally counts for us: per day how many vouchers there are, and per voucher its identity, version, day and number.

Both are group-bys where Tally can do them: an answer to an ordinary voucher collection carries some 1.2 kB of fixed
fields per voucher whatever is asked for, a row of a group-by only what it was told to compute.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from canonical.dates import Period
from connectors.sdk.census import CensusMember
from connectors.tally.export.record import Described
from connectors.tally.gateway.allowed import Aggregate
from connectors.tally.gateway.formula import method, number
from connectors.tally.gateway.requests import GroupBy, Total
from connectors.tally.reports.counts import COUNT, COUNTED_TYPE
from connectors.tally.translate.values import UnreadableValue, parse_date
from connectors.tally.tree import Node, text_of

GAP_DAYS = 3
"""Days in between are counted along: a question more costs more than a few rows."""
_TAIL = re.compile(r"-([0-9a-fA-F]{8})$")
_NUMBER = re.compile(r"-?\d+")


class Summed(StrEnum):
    """What is added up of a day's vouchers besides counting them; the value is Tally's name of it."""

    MASTERS = "MasterID"
    """Their numbers for ever: no edit but a move or a deletion changes the sum."""
    VERSIONS = "AlterID"
    """Their change numbers: every edit changes the sum, so only who holds all of them as they are now has it, too."""


BY_DAY = {
    summed: GroupBy(
        by={"Day": method("Date")}, totals={"Vouchers": Total(of=number(1)), "Summed": Total(of=method(summed.value))}
    )
    for summed in Summed
}
"""Per day: number of vouchers, and a sum."""
BY_VOUCHER = GroupBy(
    by={
        "Key": method("Guid"),
        "Day": method("Date"),
        "Kind": method("VoucherTypeName"),
        "Number": method("VoucherNumber"),
    },
    totals={"Version": Total(of=method("AlterID"), aggregate=Aggregate.MAX)},
)
"""A census in rows of five short fields."""

BY_NUMBER = GroupBy(
    by={"Master": method("MasterID"), "Day": method("Date"), "Number": method("VoucherNumber")},
    totals={"Vouchers": Total(of=number(1))},
)
"""Only the numbers."""


BY_TYPE = GroupBy(by={COUNTED_TYPE: method("VoucherTypeName")}, totals={COUNT: Total(of=number(1))})
"""Per voucher type: how many, cancelled and optional ones included; what the books are proved to hold."""


@dataclass(frozen=True, slots=True)
class Counted:
    """One voucher as a census tells it.

    Attributes:
        key: GUID.
        alter_id: change number.
        master_id: Tally's number of it, for ever.
        day: date.
        number: voucher number.
        type_name: voucher type.
    """

    key: str
    alter_id: int
    master_id: int
    day: date
    number: str = ""
    type_name: str = ""

    @property
    def member(self) -> CensusMember:
        """As the hub compares it."""
        return CensusMember(self.key, self.alter_id, self.day, self.number)


def read_counted(node: Node, company_guid: str = "") -> Counted | None:
    """Read a row of a census, of a group-by or of an ordinary collection; None if it has no identity or no date.

    Args:
        node: the row.
        company_guid: for rows that name a voucher by its master number alone.
    """
    key = text_of(node.get("KEY")) or text_of(node.get("GUID"))
    if not key and "MASTER" in node:
        key = f"{company_guid}-{_whole(text_of(node['MASTER'])):08x}"
    day = _day(text_of(node.get("DAY")) or text_of(node.get("DATE")))
    if not key or day is None:
        return None
    version = text_of(node.get("VERSION")) or text_of(node.get("ALTERID"))
    return Counted(
        key=key,
        alter_id=_whole(version),
        master_id=_whole(text_of(node.get("MASTERID"))) or master_id_of(key),
        day=day,
        number=text_of(node.get("NUMBER")) or text_of(node.get("VOUCHERNUMBER")),
        type_name=text_of(node.get("KIND")) or text_of(node.get("VOUCHERTYPENAME")) or text_of(node.get("@VCHTYPE")),
    )


def counted_of(item: Described) -> Counted | None:
    """Say of a voucher that was read what a census would say; None if it has no date."""
    columns = item.columns
    if not columns["date"]:
        return None
    return Counted(
        key=item.key,
        alter_id=item.alter_id,
        master_id=columns["master_id"] or 0,
        day=date.fromisoformat(columns["date"]),
        number=columns["voucher_number"],
        type_name=columns["voucher_type"],
    )


def master_id_of(guid: str) -> int:
    """Return the master number that a GUID ends with, as those of all captures do; 0 if it has another form."""
    match = _TAIL.search(guid)
    return int(match.group(1), 16) if match else 0


@dataclass(frozen=True, slots=True)
class DayCount:
    """How many vouchers a day holds, and a sum over them: ``Summed`` says of what."""

    vouchers: int
    total: int

    def __add__(self, other: DayCount) -> DayCount:
        return DayCount(self.vouchers + other.vouchers, self.total + other.total)

    def __sub__(self, other: DayCount) -> DayCount:
        return DayCount(self.vouchers - other.vouchers, self.total - other.total)


NOTHING = DayCount(0, 0)
DayCounts = dict[date, DayCount]


def read_day_counts(nodes: Iterable[Node]) -> DayCounts:
    """Read the rows of ``BY_DAY``: one for each day; a row that comes twice is one row."""
    found: DayCounts = {}
    for node in nodes:
        day = _day(text_of(node.get("DAY")))
        if day is not None:
            found[day] = DayCount(_whole(text_of(node.get("VOUCHERS"))), _whole(text_of(node.get("SUMMED"))))
    return found


def count_days(rows: Iterable[Counted], summed: Summed = Summed.MASTERS) -> DayCounts:
    """Count rows of a census by day."""
    found: DayCounts = {}
    for row in rows:
        total = row.master_id if summed is Summed.MASTERS else row.alter_id
        found[row.day] = found.get(row.day, NOTHING) + DayCount(1, total)
    return found


def differing_days(one: Mapping[date, DayCount], other: Mapping[date, DayCount]) -> list[date]:
    """Days that two counts do not agree on, in order."""
    return sorted(day for day in one.keys() | other.keys() if one.get(day, NOTHING) != other.get(day, NOTHING))


def runs_of(days: Iterable[date], span_days: int) -> list[Period]:
    """Put days into periods, joining those at most ``GAP_DAYS`` apart, none longer than ``span_days``."""
    found: list[list[date]] = []
    for day in sorted(days):
        if found and (day - found[-1][-1]).days <= GAP_DAYS and (day - found[-1][0]).days < span_days:
            found[-1].append(day)
        else:
            found.append([day])
    return [Period(run[0], run[-1]) for run in found]


def to_state(counts: DayCounts) -> dict[str, list[int]]:
    """Write counts into the tap's state."""
    return {f"{day:%Y%m%d}": [count.vouchers, count.total] for day, count in sorted(counts.items())}


def from_state(state: Mapping[str, list[int]]) -> DayCounts:
    """Read what ``to_state`` wrote."""
    days = {text: date(int(text[:4]), int(text[4:6]), int(text[6:])) for text in state}
    return {days[text]: DayCount(*values) for text, values in state.items()}


def is_between(day: date, counts: Mapping[date, DayCount]) -> bool:
    """Say whether one answer held vouchers both before and after a day: the period served then covers it."""
    return bool(counts) and min(counts) <= day <= max(counts)


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except UnreadableValue:
        return None


def _whole(text: str) -> int:
    match = _NUMBER.match(text.replace(",", "").strip())
    return int(match.group()) if match else 0
