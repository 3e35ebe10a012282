"""What the hub's own keeping costs per call of a product: tokens, breaker and pace, in the store, for all workers.

``python -m bench.hub_calls CALLS [URL]``: processor time of this process per call, without the waiting; on SQLite, or
on the PostgreSQL of the address.
"""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from connectors.sdk.tokens import Limits, Tokens
from khata.configuration import load_settings
from khata.sign_in.keeper import HubKeeper
from khata.sign_in.pace import HubBreaker, HubPace
from khata.vault import open_vault
from khata.wiring import Hub, open_hub

WARM = 50
STEPS = ("tokens", "breaker", "pace", "afterwards")


def measure(calls: int, hub: Hub) -> str:
    """Make ready for so many calls, one after the other, as ``connectors.sdk.rest`` does before and after each."""
    books, now = hub.tenant(), [datetime.now(UTC)]

    def sleep(seconds: float) -> None:
        now[0] += timedelta(seconds=seconds)

    saved = books.connections.save("bench", "zoho", {}, at=now[0])
    keeper = HubKeeper(
        books=books,
        vault=open_vault(hub.settings),
        tenant="default",
        connection=saved,
        now=lambda: now[0],
        sleep=sleep,
    )
    keeper.save(Tokens(access_token="a" * 70, refresh_token="r" * 70, access_expires_at=now[0] + timedelta(days=9)))
    limits = Limits(per_minute=90, day_quota=1_000_000)
    pace = HubPace(
        throttles=books.throttles, connection_id=saved.connection_id, limits=limits, now=lambda: now[0], sleep=sleep
    )
    breaker = HubBreaker(throttles=books.throttles, connection_id=saved.connection_id, now=lambda: now[0])
    spent = []
    for one in range(calls + WARM):
        began = [time.process_time()]
        for step in (keeper.current, breaker.check, pace.take, breaker.succeeded):
            step()
            began.append(time.process_time())
        if one >= WARM:
            spent.append([after - before for before, after in pairwise(began)])
    parts = [sum(column) / calls * 1e6 for column in zip(*spent, strict=True)]
    named = ", ".join(f"{name} {part:.0f}" for name, part in zip(STEPS, parts, strict=True))
    return f"{calls:,} calls: {sum(parts):.0f} microseconds each ({named})"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        arguments: dict[str, object] = {"data.folder": folder}
        if len(sys.argv) > 2:
            arguments["database.url"] = sys.argv[2]
        with open_hub(load_settings(arguments=arguments, environ={}), migrate=True) as opened:
            print(measure(int(sys.argv[1]), opened))
