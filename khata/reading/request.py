"""Reading what a caller wrote: dates, moments, buckets; the same words on the command line and over HTTP."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from canonical.errors import RuleError
from canonical.receivable import Buckets
from khata.wiring import BUSINESS_ZONE


class RequestInvalid(RuleError):
    """A value of a request is not what it should be; the sentence says what is expected."""

    default_code = "request.invalid"


def parse_day(text: str) -> date:
    """Read a business date.

    Raises:
        RequestInvalid: not ``YYYY-MM-DD``.
    """
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise RequestInvalid(f"{text!r} is not a date; write it as 2026-03-31.") from error


def parse_moment(text: str) -> datetime:
    """Read a point in time; a bare date means the end of that day in India.

    >>> parse_moment("2026-03-31").isoformat()
    '2026-03-31T23:59:59.999999+05:30'
    """
    try:
        if len(text) == len("2026-03-31"):
            midnight = datetime.combine(date.fromisoformat(text) + timedelta(days=1), time(), BUSINESS_ZONE)
            return midnight - timedelta(microseconds=1)
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        raise RequestInvalid(f"{text!r} is not a time; write 2026-03-31 or 2026-03-31T18:00:00+05:30.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=BUSINESS_ZONE)


def parse_buckets(text: str) -> Buckets:
    """Read ageing buckets: their last days, rising, with commas.

    >>> parse_buckets("30,60").labels
    ('1-30', '31-60', '> 60')

    Raises:
        RequestInvalid: not numbers.
        BucketError: not rising positive numbers.
    """
    try:
        limits = tuple(int(part) for part in text.split(","))
    except ValueError as error:
        raise RequestInvalid(f"{text!r} are not bucket limits; write their last days, such as 30,60,90.") from error
    return Buckets(limits)
