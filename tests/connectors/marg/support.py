"""A fake EDE on loopback, a run of the tap against it, and what the translator makes of its records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from canonical.codec import CanonicalRecord
from canonical.company import Company
from canonical.issue import Issue
from canonical.money import ZERO
from canonical.proof import SourceReport
from canonical.record import RawRecord, SourceRef
from canonical.voucher import Voucher
from connectors.marg.tap import TapMarg
from connectors.marg.translate.translator import MargTranslator
from connectors.sdk.base import Surroundings
from connectors.sdk.conformance import Collected
from connectors.sdk.run import run_tap
from sandbox.marg import MargApp, Options, build_branches
from sandbox.marg.branch import Branch, end_of
from sandbox.web import Faults, MovableClock, serve
from sandbox.web.server import Running

NOW = datetime(2026, 4, 1, tzinfo=UTC)


@dataclass(slots=True)
class Ede:
    """A running fake."""

    running: Running
    app: MargApp
    clock: MovableClock
    waited: list[float] = field(default_factory=list)

    @property
    def branch(self) -> Branch:
        return self.app.branches[0]

    @property
    def asked(self) -> int:
        return len(self.running.requests)

    def config(self, **more: Any) -> dict[str, Any]:
        keys = self.app.keys
        return {
            "company_code": keys.company_code,
            "marg_key": keys.marg_key,
            "decryption_key": keys.decryption_key,
            "api_url": self.running.url,
            "branch_gstins": {str(one.number): one.world.masters.company.gstin for one in self.app.branches},
            **more,
        }

    def extract(
        self, state: Mapping[str, Any] | None = None, *, into: Collected | None = None, **more: Any
    ) -> Collected:
        """Run the tap once."""
        return extract(self.config(**more), state, surroundings(self.clock, self.waited), into)


@contextmanager
def ede(branches: int = 1, *, vouchers: int = 120, options: Options | None = None) -> Iterator[Ede]:
    """Run a fake EDE."""
    built = build_branches(branches, vouchers=vouchers)
    clock = MovableClock(end_of(built[0].world))
    app = MargApp(built, clock, options=options or Options())
    with serve(app, Faults()) as running:
        yield Ede(running, app, clock)


def surroundings(clock: MovableClock, waited: list[float]) -> Surroundings:
    """Of a test: its clock, and no waiting."""
    return Surroundings(work_directory=Path(), clock=lambda: 0.0, sleep=waited.append, now=clock)


def extract(
    config: Mapping[str, Any],
    state: Mapping[str, Any] | None = None,
    around: Surroundings | None = None,
    into: Collected | None = None,
) -> Collected:
    """Run the tap in process and keep everything."""
    kept = into or Collected()
    kept.extracted = run_tap(TapMarg, config, kept, now=NOW, state=state, surroundings=around)
    return kept


@dataclass(slots=True)
class Books:
    """A company's translator, and everything it made."""

    translator: MargTranslator
    records: list[CanonicalRecord] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    reports: list[SourceReport] = field(default_factory=list)

    def of(self, kind: type[CanonicalRecord]) -> list[Any]:
        return [one for one in self.records if isinstance(one, kind)]

    @property
    def vouchers(self) -> list[Voucher]:
        return self.of(Voucher)

    def codes(self) -> list[str]:
        return [issue.code for issue in self.issues]

    def closings(self, until: date | None = None) -> dict[str, Decimal]:
        """Openings and what vouchers posted, by ledger key."""
        from canonical.ledger import Ledger

        found: dict[str, Decimal] = defaultdict(Decimal)
        for ledger in {one.key: one for one in self.of(Ledger)}.values():
            found[ledger.key] += ledger.opening or ZERO
        for voucher in self.vouchers:
            if voucher.counts_in_books and (until is None or voucher.day <= until):
                for posting in voucher.postings:
                    found[posting.ledger_key] += posting.net
        return found


def translated(records: Iterable[RawRecord]) -> dict[str, Books]:
    """Translate records by company, in the translator's order."""
    found: dict[str, Books] = {}
    held = list(records)
    for key in dict.fromkeys(one.source.company for one in held):
        company = Company(source=SourceRef("marg", key, "companies", key), name="?")
        books = found[key] = Books(MargTranslator(company))
        order = {stream: place for place, stream in enumerate(books.translator.stream_order)}
        ours = [one for one in held if one.source.company == key]
        for record in sorted(
            (one for one in ours if one.source.stream in order), key=lambda one: order[one.source.stream]
        ):
            done = books.translator.translate(record)
            books.records.extend(done.records)
            books.issues.extend(done.issues)
        told = [books.translator.report(one) for one in ours if one.source.stream == "reports"]
        books.reports = [one for one in told if one is not None]
    return found


def one_book(records: Iterable[RawRecord]) -> Books:
    """The books of the only company."""
    (books,) = translated(records).values()
    return books


def nets(voucher: Voucher) -> dict[str, Decimal]:
    """Debit-positive sums by ledger name."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for posting in voucher.postings:
        found[posting.ledger_name] += posting.net
    return dict(found)
