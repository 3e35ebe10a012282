"""The fake QuickBooks on loopback, in a time of its own: whoever waits, moves its clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from connectors.quickbooks.settings import limits_of
from connectors.sdk.base import Surroundings
from connectors.sdk.breaking import LocalBreaker
from connectors.sdk.pacing import LocalPace
from connectors.sdk.token_file import file_keeper
from sandbox.quickbooks.app import QuickBooksApp
from sandbox.quickbooks.building import build_books
from sandbox.quickbooks.limits import Limits
from sandbox.quickbooks.live import LiveCompany
from sandbox.quickbooks.oauth import CLIENT_ID, CLIENT_SECRET
from sandbox.web import Faults, MovableClock, Running, serve

START = datetime(2026, 4, 1, 18, tzinfo=UTC)


@dataclass(repr=False)
class Api:
    """A running fake with one signed-in company."""

    running: Running
    app: QuickBooksApp
    live: LiveCompany
    clock: MovableClock
    folder: Path

    def config(self, **more: Any) -> dict[str, Any]:
        """Settings of a tap for it."""
        return {
            "realm_id": self.live.realm_id,
            "requests_per_minute": 100_000,  # the pace is tried where it is the matter
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "refresh_token": self.refresh_token,
            "token_file": str(self.folder / "tokens.json"),
            "api_url": self.running.url,
            "sign_in_url": self.running.url,
            **more,
        }

    @property
    def refresh_token(self) -> str:
        grants = [one for one in self.app.intuit.grants if one.realm_id == self.live.realm_id]
        if not grants:
            return str(self.app.intuit.sign_in(self.live.realm_id)["refresh_token"])
        return grants[-1].refresh_token

    def seconds(self) -> float:
        """A clock that only goes forward."""
        return (self.clock() - START).total_seconds()

    def wait(self, seconds: float) -> None:
        """Let the time pass that somebody waits for."""
        self.clock.advance(seconds)

    def surroundings(self) -> Surroundings:
        """Of a process that lives in the fake's time; pace and breaker outlive it, as the hub's do in its store."""
        return self.place

    @cached_property
    def place(self) -> Surroundings:
        limits = limits_of({})
        return Surroundings(
            work_directory=self.folder,
            clock=self.seconds,
            sleep=self.wait,
            tokens=file_keeper(self.config()),
            pace=LocalPace(limits, clock=self.seconds, sleep=self.wait, now=self.clock),
            breaker=LocalBreaker(clock=self.seconds),
            now=self.clock,
        )

    def calls(self, part: str = "/v3/") -> int:
        """How many requests went to addresses with this in them."""
        return sum(part in one.target for one in self.running.requests)

    def work(self, steps: int) -> list[str]:
        """Let business happen, a minute for each thing."""
        done = []
        for _ in range(steps):
            self.clock.advance(60)
            done.append(self.live.business.step())
        return done


@contextmanager
def api(
    folder: Path, *, documents: int = 60, seed: int = 7, company: int = 0, limits: Limits | None = None
) -> Iterator[Api]:
    """Serve a company of a year's business."""
    clock = MovableClock(START)
    books = build_books(companies=company + 1, documents=documents, seed=seed, clock=clock)
    app = QuickBooksApp(books, limits=limits or Limits())
    with serve(app, Faults()) as running:
        yield Api(running, app, books.companies[company], clock, folder)
