"""A fake Tally with small books, the tap run against it, and random work done in the books."""

from __future__ import annotations

import contextlib
import io
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from canonical.errors import KhataError
from connectors.sdk.base import Surroundings
from connectors.sdk.run import Extracted, run_tap
from connectors.tally.tap import TapTally
from sandbox.tally.books import LiveCompany, build_books
from sandbox.tally.books.drafts import EntryDraft, VoucherDraft
from sandbox.tally.books.errors import BooksRefused
from sandbox.tally.books.live import specs_for
from sandbox.tally.gateway import Faults, Running, serve
from tests.connectors.tally.live.held import Content, Hub, Target

NOW = datetime(2026, 4, 1, tzinfo=UTC)
NOT_OBJECTS = frozenset({"companies", "reports"})
"""Streams whose content moves with everything else (counters, balances)."""


@dataclass
class Clock:
    """Seconds that pass only when somebody sleeps, and a little with every look."""

    now: float = 0.0

    def __call__(self) -> float:
        self.now += 0.001
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class Tally:
    """A running fake Tally and the settings that reach it."""

    running: Running
    folder: Path
    clock: Clock = field(default_factory=Clock)
    settings: dict[str, Any] = field(default_factory=dict)
    profile: dict[str, Any] = field(default_factory=dict)

    @property
    def company(self) -> LiveCompany:
        found = self.running.books.companies[0]
        assert isinstance(found, LiveCompany)
        return found

    @property
    def faults(self) -> Faults:
        return self.running.faults

    def config(self, **more: Any) -> dict[str, Any]:
        gateway = {"url": self.running.url, "pause_s": 0.0, "drain_min_s": 1.0, "troubles_max": 50}
        profile = {"profile": self.profile} if self.profile else {}
        return {"gateway": {**gateway, **self.settings}, **profile, **more}

    def sync(self, hub: Hub, state: Any = None, **more: Any) -> Extracted:
        """Run the tap in process, as the hub does."""
        surroundings = Surroundings(work_directory=self.folder, clock=self.clock, sleep=self.clock.sleep)
        return run_tap(TapTally, self.config(**more), hub, now=NOW, state=state, surroundings=surroundings)

    def pipe(self, target: Target, **more: Any) -> None:
        """Run the tap as from the shell, its messages into a target."""
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            tap = TapTally(config=self.config(**more), state=target.state)
            tap.surroundings = Surroundings(work_directory=self.folder, clock=self.clock, sleep=self.clock.sleep)
            tap.sync_all()
        target.read(out.getvalue())

    def fresh(self) -> Content:
        """What a hub holds that has never read anything before."""
        hub = Hub()
        self.sync(hub)
        return objects(hub.content())

    def request_count(self) -> int:
        return len(self.running.requests)

    def byte_count(self) -> int:
        return sum(request.bytes for request in self.running.requests)


def objects(content: Content) -> Content:
    """Without the streams that move with everything else."""
    return {address: record for address, record in content.items() if address[1] not in NOT_OBJECTS}


@contextmanager
def tally(vouchers: int = 60, companies: int = 1, **settings: Any) -> Iterator[Tally]:
    """Serve small books; how this Tally behaves is measured once."""
    books = build_books(specs_for(companies, vouchers=vouchers))
    with serve(books, port=0) as running, tempfile.TemporaryDirectory(prefix="khata-test-") as folder:
        served = Tally(running, Path(folder), settings=settings)
        extracted = served.sync(Hub())
        served.profile = next(iter(extracted.state["profiles"].values()))
        yield served


Edit = Callable[[LiveCompany, Random], None]


def _any_voucher(company: LiveCompany, dice: Random) -> int:
    rows = company.vouchers()
    return dice.choice(rows).master_id if rows else 0


def _day(dice: Random) -> date:
    return date(2025, 4, 1) + timedelta(days=dice.randrange(365))


def _ledgers(company: LiveCompany) -> list[str]:
    return [row.name for row in company.masters.of_kind("LEDGER") if row.name != "Profit & Loss A/c"]


def create(company: LiveCompany, dice: Random) -> None:
    one, other = dice.sample(_ledgers(company), 2)
    paise = dice.randrange(100, 10_000_000)
    entries = (EntryDraft(ledger=one, paise=paise), EntryDraft(ledger=other, paise=-paise))
    company.edit_vouchers.create(VoucherDraft(type_name="Journal", day=_day(dice), entries=entries, narration="added"))


def save_unchanged(company: LiveCompany, dice: Random) -> None:
    company.edit_vouchers.save_unchanged(_any_voucher(company, dice))


def redate(company: LiveCompany, dice: Random) -> None:
    company.edit_vouchers.redate(_any_voucher(company, dice), _day(dice))


def renumber(company: LiveCompany, dice: Random) -> None:
    """Of an optional voucher this moves no counter at all, so something else is saved too, as in any working hour."""
    company.edit_vouchers.renumber(_any_voucher(company, dice), f"N/{dice.randrange(1000)}")
    save_unchanged(company, dice)


def cancel(company: LiveCompany, dice: Random) -> None:
    company.edit_vouchers.cancel(_any_voucher(company, dice))


def make_optional(company: LiveCompany, dice: Random) -> None:
    company.edit_vouchers.make_optional(_any_voucher(company, dice))


def delete(company: LiveCompany, dice: Random) -> None:
    company.edit_vouchers.delete(_any_voucher(company, dice))


def delete_and_renumber(company: LiveCompany, dice: Random) -> None:
    rows = [row for row in company.vouchers() if _type_name(company, row.type_id) == "GST Sale Invoice"]
    if rows:
        company.edit_vouchers.delete(dice.choice(rows).master_id)
        company.edit_vouchers.renumber_automatically("GST Sale Invoice")


def _type_name(company: LiveCompany, type_id: int) -> str:
    return company.masters.by_id[type_id].name


def create_ledger(company: LiveCompany, dice: Random) -> None:
    company.edit_masters.create("LEDGER", f"Ledger {dice.randrange(10**6)}", PARENT="Indirect Expenses")


def rename_ledger(company: LiveCompany, dice: Random) -> None:
    row = dice.choice(company.masters.of_kind("LEDGER"))
    company.edit_masters.rename(row.master_id, f"{row.name} {dice.randrange(1000)}")


def delete_unused_ledger(company: LiveCompany, dice: Random) -> None:
    row = company.edit_masters.create("LEDGER", f"Passing {dice.randrange(10**6)}", PARENT="Indirect Expenses")
    if dice.random() < 0.5:
        company.edit_masters.delete(row.master_id)


VOUCHER_EDITS: tuple[Edit, ...] = (
    *(create, save_unchanged, redate, renumber, cancel, make_optional, delete, delete_and_renumber),
)
MASTER_EDITS: tuple[Edit, ...] = (create_ledger, rename_ledger, delete_unused_ledger)


def work(company: LiveCompany, edits: list[Edit], seed: int) -> None:
    """Do some work in the books; what Tally refuses is left undone."""
    dice = Random(seed)
    for edit in edits:
        with contextlib.suppress(BooksRefused):
            edit(company, dice)


def code_of(call: Callable[[], object]) -> str:
    """Run something that may fail, and return its error's code; empty if it does not."""
    try:
        call()
    except KhataError as error:
        return error.code
    return ""


def dump(value: Any) -> str:
    """JSON for failure messages."""
    return json.dumps(value, ensure_ascii=False, indent=1, default=str)
