"""What stands on the lines of a document: rates in force on its day, and codes of goods and services (HSN, SAC)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from canonical.identifiers import hsn as codes
from canonical.issue import IssueLevel
from harmonizer.validation.document import TaxDocument
from harmonizer.validation.finding import Finding
from harmonizer.validation.rates import Standing, standing_in_transition, was_ever_a_rate
from harmonizer.validation.rules import Rules

RATE_FIELD = "GST rate of an item line"
HSN_FIELD = "HSN/SAC of an item line"
MALFORMED = (5, 7)
"""Lengths that codes have only after a spreadsheet ate a leading zero."""


def check_rate(document: TaxDocument, rules: Rules, percent: Decimal, hsn: str, item: str) -> Finding | None:
    """Say whether a line's rate could stand on this document.

    Args:
        document: gives the day, the day of supply (its first delivery note) and whether it is a note.
        rules: the dated tables.
        percent: CGST and SGST together.
        hsn: code of the line, may be empty.
        item: name, for the sentence.
    """
    day = document.day
    if document.is_note:
        original = document.details.original
        if original is None or original.day is None:
            return None if was_ever_a_rate(rules, percent, day) else _unknown(percent, item)
        day = original.day
    found = standing_in_transition(rules, percent, invoice=day, supply=supply_day(document), hsn=hsn)
    match found:
        case Standing.IN_FORCE:
            return None
        case Standing.UNKNOWN:
            return _unknown(percent, item)
        case _:
            return _not_in_force(found, percent, day, item)


def supply_day(document: TaxDocument) -> date | None:
    """The day goods went out, where the document names its delivery notes with their dates."""
    return min((ref.day for ref in document.details.delivery_notes if ref.day is not None), default=None)


def _unknown(percent: Decimal, item: str) -> Finding:
    return Finding(
        code="gst.rate.unknown",
        level=IssueLevel.ACTION_REQUIRED,
        message=f"{item} bears {percent:f} %, which is no rate of GST.",
        field=RATE_FIELD,
        facts={"rate": f"{percent:f}", "item": item},
    )


def _not_in_force(found: Standing, percent: Decimal, day: date, item: str) -> Finding:
    sentence = {
        Standing.WITHDRAWN: f"{item} bears {percent:f} %, which was withdrawn before {day}.",
        Standing.NOT_YET: f"{item} bears {percent:f} %, which was not yet in force on {day}.",
    }.get(
        found,
        f"{item} bears {percent:f} % on {day}; the rate changed between supply and invoice, so the day of payment "
        "decides (section 14: two of three).",
    )
    return Finding(
        code="gst.rate.undecided" if found is Standing.UNDECIDED else "gst.rate.not_in_force",
        level=IssueLevel.INFO if found is Standing.UNDECIDED else IssueLevel.ACTION_REQUIRED,
        message=sentence,
        field=RATE_FIELD,
        facts={"rate": f"{percent:f}", "item": item, "day": day.isoformat()},
    )


def check_cess(document: TaxDocument, rules: Rules, codes_on_it: tuple[str, ...]) -> Iterator[Finding]:
    """Say whether cess could stand on the document: on some line of it, by its code (an unknown code could be any)."""
    day = document.day
    if document.is_note:
        original = document.details.original
        if original is None or original.day is None:
            return
        day = original.day
    in_force = [rule for rule in rules.cess if day in rule.span]
    if any(
        not rule.hsn or not codes_on_it or any(not code or code.startswith(rule.hsn) for code in codes_on_it)
        for rule in in_force
    ):
        return
    yield Finding(
        code="gst.cess.not_in_force",
        level=IssueLevel.ACTION_REQUIRED,
        message=f"cess stands on it, but on {day} none is levied on these goods.",
        field="tax ledgers",
        facts={"day": day.isoformat()},
    )


def check_code(code: str, item: str, *, is_service: bool) -> Iterator[Finding]:
    """Say what is wrong with the shape of a code that is there."""
    if not codes.is_valid(code):
        yield _code("gst.hsn.invalid", f"the code {code!r} of {item} is not an HSN or SAC code.", item, code)
    elif len(codes.compact(code)) in MALFORMED:
        yield _code(
            "gst.hsn.invalid",
            f"the code {code!r} of {item} has an odd number of digits; a leading zero may be missing.",
            item,
            code,
        )
    elif is_service and not codes.is_service(code):
        yield _code(
            "gst.hsn.service",
            f"{item} is a service, but its code {code!r} is one of goods (services: 99...).",
            item,
            code,
        )


def code_digits(code: str) -> int:
    """Number of digits of a code, 0 if there is none or it is not one."""
    return len(codes.compact(code)) if code and codes.is_valid(code) else 0


def _code(code: str, message: str, item: str, hsn: str) -> Finding:
    return Finding(
        code=code, level=IssueLevel.WARNING, message=message, field=HSN_FIELD, facts={"item": item, "hsn": hsn}
    )
