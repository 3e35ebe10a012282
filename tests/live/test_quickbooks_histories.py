"""Random histories of a company, synced while things go wrong: whatever happened, the store comes to the truth.

Business and second thoughts, syncs between them, webhooks of which some are lost, doubled or late, passing faults of
QuickBooks, expired sign-ins, killed processes, and silences longer than change data capture reaches back. More of them:
``KHATA_HISTORIES=100``.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest

from canonical.errors import KhataError
from sandbox.quickbooks.webhooks import Notifier
from sandbox.world.dice import Dice
from tests.connectors.quickbooks.api import Api, api
from tests.live.hints import is_news
from tests.live.quickbooks import Hub, hub
from tests.live.test_quickbooks import agrees
from tests.support.dying import Killed
from workflows.inputs import RunStatus

FAULTS: tuple[dict[str, Any], ...] = (
    {"rate_limited": "minute"},
    {"server_error": 500},
    {"gateway_page": 503},
    {"truncate_after_bytes": 25},
    {"drop_after_bytes": 25},
    {"reset": True},
    {"expired_token": True},
    {"answer_lost": True},
)
ROUNDS = 7
HISTORIES = int(os.environ.get("KHATA_HISTORIES", "4"))
VERIFIER = "verifier-of-the-histories"


def stumble(made: Hub, totals: Counter[str], *, dies_after: int | None = None) -> None:
    """A sync that may not come to its end."""
    totals["syncs"] += 1
    try:
        made.sync(dies_after=dies_after)
    except KhataError:
        totals["failed syncs"] += 1
    except Killed:
        totals["kills"] += 1


def live_through(served: Api, made: Hub, notifier: Notifier, dice: Random, totals: Counter[str]) -> str:
    """Let something happen to the company, or to a sync."""
    match dice.choice(["work", "work", "hints", "hints", "faults", "kill", "silence", "expiry"]):
        case "work":
            served.work(dice.randrange(1, 15))
            return "work"
        case "hints":
            served.work(dice.randrange(1, 6))
            for delivery in notifier.collect(per_delivery=3):
                message, now = (delivery.headers, delivery.body), served.clock()
                if is_news(made.books, "books", *message, secret=VERIFIER, now=now):
                    totals["syncs by webhook"] += 1
                    made.sync()
            return "hints"
        case "faults":
            chosen = [dice.choice(FAULTS) if dice.random() < 0.3 else {} for _ in range(40)]
            served.running.next_requests(*chosen)
            stumble(made, totals)
            totals["faults"] += served.running.struck
            served.running.faults.script.clear()
            return "faults"
        case "kill":
            stumble(made, totals, dies_after=dice.randrange(1, 60))
            return "kill"
        case "silence":
            served.work(5)
            served.clock.advance(days=dice.choice([1, 8, 40]))
            return "silence"
        case _:
            served.app.intuit.expire_access_tokens()
            return "expiry"


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_whatever_happens_the_store_comes_to_the_truth(seed: int, tmp_path: Path, totals: Counter[str]) -> None:
    dice = Random(seed)
    totals["histories"] += 1
    with api(tmp_path, company=seed % 2, documents=50, seed=seed) as served, hub(served, page_rows=20) as made:
        story = []
        books = served.app.books
        notifier = Notifier(books, VERIFIER, dice=Dice(str(seed)), lost_one_in=3, doubled_one_in=3)
        for _ in range(ROUNDS):
            story.append([live_through(served, made, notifier, dice, totals) for _ in range(dice.randrange(1, 5))])
            served.clock.advance(dice.randrange(60, 86_400))
            totals["syncs"] += 1
            assert made.sync().status == RunStatus.SUCCEEDED, story
            totals["comparisons"] += 1
            agrees(made)
            assert not made.proof().differences, (story, made.proof().differences[:3])
        assert served.app.throttle.refused == 0, "no limit was run into"
