"""Random histories, by hypothesis: whatever people and machines do, the store ends up as a fresh full sync would.

A few run with every test; ``make histories`` runs five hundred (``KHATA_HISTORIES=500``) and prints what they held.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from sandbox.tally.gateway import Faults
from tests.connectors.tally.live.tally import Edit, Tally, tally
from tests.live.edits import ALL_EDITS
from tests.live.histories import FAULTS, LASTING, History
from tests.live.hub import hub
from workflows.proving import allowance

HISTORIES = int(os.environ.get("KHATA_HISTORIES", "4"))
STEPS = 5
VOUCHERS = 20

EDITS = st.lists(st.sampled_from(ALL_EDITS), min_size=1, max_size=4)
SEEDS = st.integers(0, 10**6)
QUESTIONS = st.integers(1, 12) | st.integers(1, 40)
"""Which question something happens at: after few changes there are a dozen, in a sync of everything some fifty."""
WRITES = st.integers(1, 12) | st.integers(1, 60)
TOTALS: Counter[str] = Counter()


class Life(RuleBasedStateMachine):
    """One history: syncs between edits, backups, faults and deaths."""

    served: Tally
    backup: Any

    def __init__(self) -> None:
        super().__init__()
        self.opened = ExitStack()

    @initialize(troubled=st.booleans(), at=WRITES, is_bold=st.booleans())
    def begin(self, troubled: bool, at: int, is_bold: bool) -> None:
        """The first sync is a full one; it may be killed too. In half the histories all changes count as few."""
        patch = self.opened.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(allowance, "SHARE", 1 if is_bold else allowance.SHARE)
        self.served.company.restore(self.backup)
        self.served.running.faults, self.served.running.watch = Faults(), None
        self.history = History(self.served, self.opened.enter_context(hub(self.served)), self.backup)
        if troubled:
            self.history.sync_killed(at, in_writes=bool(at % 2))
        else:
            self.history.sync()

    @rule(edits=EDITS, seed=SEEDS)
    def work(self, edits: list[Edit], seed: int) -> None:
        self.history.edit(edits, seed)

    @rule(edits=EDITS, seed=SEEDS)
    def work_and_sync(self, edits: list[Edit], seed: int) -> None:
        self.history.edit(edits, seed)
        self.history.sync()

    @rule(edits=EDITS, seed=SEEDS, fault=st.sampled_from(sorted(FAULTS)), at=QUESTIONS)
    def work_and_stumble(self, edits: list[Edit], seed: int, fault: str, at: int) -> None:
        self.history.edit(edits, seed)
        self.history.sync_troubled(fault, at, lasting=False)

    @rule(edits=EDITS, seed=SEEDS, fault=st.sampled_from(LASTING))
    def work_and_limp(self, edits: list[Edit], seed: int, fault: str) -> None:
        self.history.edit(edits, seed)
        self.history.sync_troubled(fault, 0, lasting=True)

    @rule(edits=EDITS, seed=SEEDS, at=WRITES, in_writes=st.booleans())
    def work_and_die(self, edits: list[Edit], seed: int, at: int, in_writes: bool) -> None:
        self.history.edit(edits, seed)
        self.history.sync_killed(at, in_writes=in_writes)

    @rule(edits=EDITS, later=EDITS, seed=SEEDS, at=QUESTIONS)
    def work_and_go_on_working(self, edits: list[Edit], later: list[Edit], seed: int, at: int) -> None:
        self.history.edit(edits, seed)
        self.history.sync_while_working(later, seed + 1, at)

    @rule()
    def back_up(self) -> None:
        self.history.back_up()

    @precondition(lambda self: self.history.backups)
    @rule(edits=EDITS, seed=SEEDS, synced=st.booleans())
    def restore(self, edits: list[Edit], seed: int, synced: bool) -> None:
        self.history.restore(seed)
        if synced:
            self.history.sync()
        self.history.edit(edits, seed)
        self.history.sync()

    def teardown(self) -> None:
        if hasattr(self, "history"):
            for name in ("syncs", "failed", "killed", "compared", "tombstones"):
                TOTALS[name] += getattr(self.history, name)
            TOTALS["histories"] += 1
        self.opened.close()


@pytest.fixture(scope="module")
def served() -> Iterator[Tally]:
    with tally(vouchers=VOUCHERS, answer_timeout_s=1.0) as running:
        yield running


@pytest.mark.slow
def test_the_store_is_what_a_fresh_full_sync_makes(served: Tally, capsys: pytest.CaptureFixture[str]) -> None:
    class Here(Life):
        pass

    Here.served, Here.backup = served, served.company.snapshot()
    TOTALS.clear()
    chosen = settings(
        max_examples=HISTORIES,
        stateful_step_count=STEPS,
        deadline=None,
        derandomize=HISTORIES < 50,
        phases=[Phase.generate],  # what was done is told with the failure; shrinking takes many syncs
        suppress_health_check=list(HealthCheck),
    )
    try:
        run_state_machine_as_test(Here, settings=chosen)
    finally:
        with capsys.disabled():
            print("\n" + ", ".join(f"{TOTALS[name]} {name}" for name in sorted(TOTALS)))  # noqa: T201 - the figures
