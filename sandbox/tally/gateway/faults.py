"""What can go wrong at the gateway, each thing a switch that may be turned while the server runs.

Every switch reproduces something that integrators measured on real installations; the default of each is the behaviour
of a healthy, licensed TallyPrime. ``Faults.script`` turns switches for single requests, by the request's number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any, Self


class PeriodRule(StrEnum):
    """How a voucher collection treats SVFROMDATE and SVTODATE; integrators measured every one of these."""

    HONOURED = "honoured"
    """The variables bound the vouchers."""
    IGNORED = "ignored"
    """The variables are ignored: the period open on Tally's screen is served."""
    WIDENED = "widened"
    """The whole book is served."""
    COLLAPSED = "collapsed"
    """Only the last month of the period open on the screen is served."""
    CURRENT_YEAR = "current-year"
    """Only the financial year of the last voucher is served, whatever was asked."""
    YEAR_START = "year-start"
    """SVFROMDATE is replaced by the first day of its financial year."""
    EDUCATIONAL = "educational"
    """Bounds count only on the 1st, 2nd and 31st: a rejected end widens to everything, a rejected start collapses."""


class UnmatchedCompany(StrEnum):
    """What a report answers for a company that is not loaded (collections answer no rows either way)."""

    LINE_ERROR = "line-error"
    EMPTY = "empty"


class BalanceRule(StrEnum):
    """Which CLOSINGBALANCE a ledger collection carries."""

    AS_OF = "as-of"
    """Opening at SVFROMDATE, closing at SVTODATE."""
    CONSTANT = "constant"
    """Of the whole book, whatever period is asked (educational mode)."""
    EMPTY = "empty"
    """Sent empty."""


@dataclass(slots=True, kw_only=True)
class Faults:
    """The switches. Times are seconds, sizes bytes of the body as sent."""

    # The application thread
    delay_s: float = 0.0
    """Think this long before the first byte; Tally stays busy for it even if the client hangs up."""
    delay_per_object_s: float = 0.0
    """Think this long for every object served."""
    busy_after_disconnect_s: float = 0.0
    """Stay busy this much longer after a client hung up in the middle of an answer."""
    dialog: str = ""
    """A modal window with this title is open: nothing is answered until somebody clicks it away."""
    liveness_behind_dialog: bool = False
    """The liveness answer still comes while a modal window is open (seen through caching clients)."""
    crash: bool = False
    """Tally ends in the middle of this answer and stops listening."""

    # The connection
    reset: bool = False
    """Reset the connection instead of answering."""
    empty_reply: bool = False
    """Close the connection without a byte."""
    http_status: int = 200
    """Another HTTP status, as a proxy or a restarting Tally sends."""
    truncate_after_bytes: int = -1
    """Stop the body here; negative: never."""
    truncate_after_objects: int = -1
    """Stop in the middle of the object after this many, after STATUS 1 was sent; negative: never."""

    # The bytes
    code_page: str = "cp1252"
    """The machine's 8-bit code page: what it lacks becomes ``?`` in answers that are not UTF-16."""
    mislabelled_code_page: bool = False
    """8-bit answers are in the code page though they declare UTF-8."""
    unmirrored: bool = False
    """An 8-bit answer to a UTF-16 request."""
    byte_order_mark: bool = False
    """UTF-16 answers begin with a byte order mark."""
    raw_controls: bool = False
    """``&#4;`` is written as the raw character."""
    bare_ampersand: bool = False
    """Ampersands are not escaped."""
    malformed: bool = False
    """A closing tag is missing."""
    currency_lost: bool = False
    """Currency symbols are stored as ``?``, whatever the encoding."""

    # The answer
    unknown_request: bool = False
    """Refuse with ``Unknown Request, cannot be processed``."""
    line_error: str = ""
    """Refuse with STATUS 0 and this LINEERROR."""
    status_missing: bool = False
    """Leave STATUS out of the header."""
    empty: bool = False
    """Answer properly, with nothing in it: a collection without rows, a report of 21 bytes."""
    lose_objects_after: int = -1
    """Serve only this many objects, in a complete envelope; negative: all."""
    duplicate_object: bool = False
    """Serve the first object twice."""
    other_company: str = ""
    """Answer from this loaded company, whatever was asked."""
    unmatched_company: UnmatchedCompany = UnmatchedCompany.LINE_ERROR
    counters_back: int = 0
    """Report ALTMSTID and ALTVCHID smaller by this much, as after a restored backup."""

    # What the books show
    period: PeriodRule = PeriodRule.HONOURED
    variable_filter_inert: bool = False
    """Filters that compare with ``##SVFromDate`` or ``##SVToDate`` let everything through."""
    statement_end_only_31st: bool = False
    """Statements honour SVTODATE only when it is a 31st; else they run to the end of the book year."""
    day_book_ignores_period: bool = False
    """``Day Book`` serves the period open on the screen."""
    register_headers_only: bool = False
    """``Voucher Register`` serves vouchers without their entries."""
    curated_bills_corrupted: bool = False
    """Bill fields fetched by dotted paths come back as On Account without a name."""
    dotted_levels: int = -1
    """How many levels below an entry list dotted paths reach; negative: all."""
    closing_balance: BalanceRule = BalanceRule.AS_OF

    # The product
    educational: bool = False
    """Educational licence: also vouchers are accepted only on the 1st, 2nd and 31st."""
    json: bool = True
    """Whether this release speaks JSON (7.0 and later do)."""
    legacy_refused: bool = False
    """Refuse ``Export Data`` envelopes even without VERSION (measured on one current TallyPrime)."""

    # Import
    import_exception: bool = False
    """Count an exception and import nothing, without any LINEERROR."""
    import_line_error: str = ""
    """Count an exception and import nothing, with this LINEERROR."""
    import_nothing: bool = False
    """Answer STATUS 1 without any counter, and import nothing."""
    import_answer_lost: bool = False
    """Import, then reset the connection before the answer."""

    script: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    """Switches for single requests: number of the request (the first is 1), then names and values."""

    def at(self, number: int) -> Self:
        """The switches in force for one request."""
        turned = self.script.get(number)
        if not turned:
            return self
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        return type(self)(**{**values, **turned})

    def turn(self, name: str, text: str = "") -> None:
        """Turn a switch by name, its value given as text (a logical one needs none).

        Raises:
            ValueError: No such switch, or the value does not fit it.
        """
        name = name.replace("-", "_")
        if name == "script" or name not in {one.name for one in fields(self)}:
            known = ", ".join(one.name.replace("_", "-") for one in fields(self) if one.name != "script")
            raise ValueError(f"No fault is called {name}; there are: {known}.")
        setattr(self, name, _value_like(getattr(self, name), text))


def list_switches() -> list[tuple[str, str]]:
    """Every switch as the command line spells it, with its default."""
    healthy = Faults()
    return [
        (one.name.replace("_", "-"), str(getattr(healthy, one.name))) for one in fields(Faults) if one.name != "script"
    ]


def _value_like(sample: object, text: str) -> object:
    match sample:
        case bool():
            return text.casefold() not in {"no", "off", "false", "0"}
        case StrEnum():
            return type(sample)(text)
        case int():
            return int(text)
        case float():
            return float(text)
        case _:
            return text
