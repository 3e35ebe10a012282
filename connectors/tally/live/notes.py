"""What a sync noticed about Tally or the books as a whole, as issues beside the records."""

from __future__ import annotations

from canonical.errors import Fact, SourceRejected, SourceUnavailable
from canonical.issue import Issue, IssueLevel


class Notes:
    """Collects issues; each code once per company."""

    def __init__(self) -> None:
        self._issues: dict[tuple[str, str], Issue] = {}

    @property
    def issues(self) -> tuple[Issue, ...]:
        """In the order they were noticed."""
        return tuple(self._issues.values())

    def add(self, code: str, level: IssueLevel, company: str, message: str, hint: str = "", **facts: Fact) -> None:
        """Note something about a company; the first of a code counts."""
        issue = Issue(code=code, level=level, message=message, where=company, hint=hint, facts=facts)
        self._issues.setdefault((code, company), issue)

    def period_ignored(self, company: str, asked: str, served: str) -> None:
        """Vouchers outside the period came back."""
        self.add(
            "tally.live.period_ignored",
            IssueLevel.INFO,
            company,
            f"Tally was asked for vouchers of {asked} and sent some of {served}; those outside were left aside.",
            "Nothing is lost. Reading takes longer: this release of Tally does not limit vouchers by date.",
        )

    def letters_lost(self, company: str) -> None:
        """An answer came in eight-bit characters although UTF-16 was asked for."""
        self.add(
            "tally.live.letters_lost",
            IssueLevel.WARNING,
            company,
            f"Tally answered about {company} in eight-bit characters; letters its computer's code page lacks (Hindi, "
            "the rupee sign) came as question marks.",
            "Update Tally, or connect it again if it was updated: then UTF-16 is tried anew.",
        )

    def started_anew(self, company: str, reason: str) -> None:
        """The stored state of the books does not fit any more."""
        self.add(
            "tally.live.read_anew",
            IssueLevel.WARNING,
            company,
            f"Everything of {company} is read anew: {reason}.",
            "Usual after a backup was restored or data was repaired or split; check that it is the right company.",
        )

    def books_moved(self, company: str) -> None:
        """Somebody worked in the company while it was read."""
        self.add(
            "tally.live.books_moved",
            IssueLevel.INFO,
            company,
            f"{company} was being changed while it was read; the latest changes follow with the next sync, and the "
            "books are proved then.",
        )

    def unsure_of_absence(self, company: str, first: str, last: str) -> None:
        """Fewer vouchers are served than are held, but the answers do not agree on it."""
        self.add(
            "tally.live.absence_unproven",
            IssueLevel.WARNING,
            company,
            f"Tally shows fewer vouchers between {first} and {last} than were read before, but its answers do not "
            "agree with each other; nothing was taken out of the books.",
            "In Tally press Alt+F2, choose the whole period of the books, and sync again.",
        )


def nothing_served(company: str, counter: int) -> SourceUnavailable:
    """The change counter says there are vouchers, the collection shows none."""
    return SourceUnavailable(
        f"Tally shows no voucher of {company}, though its change counter says {counter}. Look at the Tally window: the "
        "company may just be loading, or another period be open (Alt+F2).",
        code="tally.live.nothing_served",
        company=company,
        counter=counter,
    )


def period_clipped(company: str, shown: str, hidden: str) -> SourceRejected:
    """There are vouchers, or were, that are not served."""
    return SourceRejected(
        f"Tally shows vouchers of {company} of {shown} only; those of {hidden} are out of its sight. In Tally press "
        "Alt+F2, choose the whole period of the books, and sync again.",
        code="tally.live.period_clipped",
        company=company,
        shown=shown,
        hidden=hidden,
    )


def not_settled(company: str, what: str) -> SourceUnavailable:
    """Answers about the same thing keep differing."""
    return SourceUnavailable(
        f"Tally's answers about {what} of {company} keep differing; nothing of it was taken. Sync again when nobody is "
        "working in the company.",
        code="tally.live.not_settled",
        company=company,
        what=what,
    )


def no_state(company: str) -> SourceRejected:
    """Only changes were asked for, and nothing was read before."""
    return SourceRejected(
        f"Only changes of {company} were asked for (mode incremental), but nothing of it was read before, or its books "
        "are not the same any more. Sync with mode auto or full.",
        code="tally.live.no_state",
        company=company,
    )
