"""Times as QuickBooks writes and reads them: Pacific wall time with its offset, whatever the company's own zone."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

PACIFIC = ZoneInfo("America/Los_Angeles")


def render_time(moment: datetime) -> str:
    """Write the time of a record, to the second.

    >>> render_time(datetime(2026, 1, 5, 12, tzinfo=UTC)), render_time(datetime(2026, 7, 5, 12, tzinfo=UTC))
    ('2026-01-05T04:00:00-08:00', '2026-07-05T05:00:00-07:00')
    """
    return moment.astimezone(PACIFIC).isoformat(timespec="seconds")


def render_answer_time(moment: datetime) -> str:
    """Write the time of an answer, to the millisecond."""
    return moment.astimezone(PACIFIC).isoformat(timespec="milliseconds")


def parse_time(text: str) -> datetime:
    """Read a time; without an offset it is the server's wall time, without a time the day's beginning there.

    Raises:
        ValueError: it is no time.
    """
    moment = datetime.fromisoformat(text.strip())
    return (moment if moment.tzinfo else moment.replace(tzinfo=PACIFIC)).astimezone(UTC)


def today_of(moment: datetime) -> date:
    """Return the server's calendar day."""
    return moment.astimezone(PACIFIC).date()
