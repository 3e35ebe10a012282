"""The dated rules of GST, read from ``rules.toml``: rates, cess, e-invoice thresholds, reporting days, tolerances.

Nothing here decides; the checks ask what was in force on the day of a document. Where next: ``rates.py``.
"""

from __future__ import annotations

import tomllib
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

GST_FROM = date(2017, 7, 1)
"""The Goods and Services Tax begins; documents before it are not looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Days a rule holds, both ends included; ``until`` None means it is in force."""

    since: date
    until: date | None = None

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class RateRule:
    """A rate of GST, percent of the taxable value, CGST and SGST together.

    Attributes:
        hsn: beginnings of the codes it is kept for; empty means any goods and services.
    """

    percent: Decimal
    span: Span
    hsn: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CessRule:
    """When compensation cess may stand on a line; ``hsn`` as for rates."""

    span: Span
    hsn: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """Differences that are rounding, rupees.

    Attributes:
        tax: per head of a document.
        cess: of a document's cess.
        halves: between CGST and SGST.
        round_off: of a document's total.
    """

    since: date
    tax: Decimal
    cess: Decimal
    halves: Decimal
    round_off: Decimal


@dataclass(frozen=True, slots=True)
class Limit:
    """A turnover in rupees that counts from a day on, and for reporting the number of days."""

    since: date
    turnover: Decimal
    days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """All dated rules.

    Attributes:
        rates: rates lines may carry.
        cess: when cess may stand beside them.
        factors: parts of a rate that may be charged instead of the whole, with the days.
        e_invoice: turnover above which invoices are registered, by day, rising.
        reporting: turnover from which the portal refuses late invoices, and after how many days.
        irn_folds_case_from: day from which the number's case does not matter for the IRN.
        tolerances: by day, rising.
        rate_changes: days on which the list of rates changes, rising.
        percents: rates that were in force at any time until the first change, the second, and so on to today.
    """

    rates: tuple[RateRule, ...]
    cess: tuple[CessRule, ...]
    factors: tuple[tuple[Decimal, Span], ...]
    e_invoice: tuple[Limit, ...]
    reporting: tuple[Limit, ...]
    irn_folds_case_from: date
    tolerances: tuple[Tolerance, ...]
    rate_changes: tuple[date, ...]
    percents: tuple[tuple[Decimal, ...], ...]

    def tolerance_on(self, day: date) -> Tolerance:
        """Return the tolerance for documents of a day."""
        found = [row for row in self.tolerances if row.since <= day]
        return found[-1] if found else self.tolerances[0]

    def e_invoice_limit(self, day: date) -> Decimal | None:
        """Return the turnover above which a document of the day is registered; None before the system began."""
        found = [limit for limit in self.e_invoice if limit.since <= day]
        return found[-1].turnover if found else None

    def reporting_days(self, day: date, turnover: Decimal) -> int | None:
        """Return how many days after its date a document may be registered; None means there is no limit."""
        found = [limit.days for limit in self.reporting if limit.since <= day and turnover >= limit.turnover]
        return min(found) if found else None

    def percents_until(self, day: date) -> tuple[Decimal, ...]:
        """Return the rates that were in force at any time up to a day, rising."""
        return self.percents[bisect_right(self.rate_changes, day)]


@cache
def load_rules() -> Rules:
    """Read the rules that ship with this release."""
    text = Path(__file__).with_name("rules.toml").read_text(encoding="utf-8")
    return parse_rules(text)


def parse_rules(text: str) -> Rules:
    """Read rules from TOML; see the file beside this module for the shape."""
    tables = tomllib.loads(text)
    rates = tuple(
        RateRule(
            percent=Decimal(row["percent"]), span=_span(row), hsn=tuple(row.get("hsn", ())), note=row.get("note", "")
        )
        for row in tables["rate"]
    )
    changes = _changes(rates)
    return Rules(
        rates=rates,
        cess=tuple(CessRule(span=_span(row), hsn=tuple(row.get("hsn", ()))) for row in tables["cess"]),
        factors=tuple((Decimal(row["of"]), _span(row)) for row in tables["factor"]),
        e_invoice=_rising(Limit(row["from"], Decimal(row["turnover_above"])) for row in tables["e_invoice"]),
        reporting=_rising(
            Limit(row["from"], Decimal(row["turnover_from"]), row["days"]) for row in tables["reporting"]
        ),
        irn_folds_case_from=tables["irn_case"][0]["from"],
        tolerances=_rising(_tolerance(row) for row in tables["tolerance"]),
        rate_changes=changes,
        percents=tuple(_percents(rates, day) for day in (GST_FROM, *changes)),
    )


def _changes(rates: tuple[RateRule, ...]) -> tuple[date, ...]:
    begun = {rule.span.since for rule in rates if rule.span.since > GST_FROM}
    ended = {rule.span.until + timedelta(days=1) for rule in rates if rule.span.until is not None}
    return tuple(sorted(begun | ended))


def _percents(rates: tuple[RateRule, ...], day: date) -> tuple[Decimal, ...]:
    return tuple(sorted({rule.percent for rule in rates if rule.span.since <= day}))


def _span(row: Mapping[str, Any]) -> Span:
    return Span(since=row["from"], until=row.get("to"))


def _tolerance(row: Mapping[str, Any]) -> Tolerance:
    amounts = {name: Decimal(row[name]) for name in ("tax", "cess", "halves", "round_off")}
    return Tolerance(since=row["from"], **amounts)


T = TypeVar("T", Limit, Tolerance)


def _rising(rows: Iterable[T]) -> tuple[T, ...]:
    return tuple(sorted(rows, key=lambda row: row.since))
