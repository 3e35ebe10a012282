"""Starts syncs behind the back of an answer: whoever calls waits for nobody, and a burst of calls makes one sync.

A product tells of an edit several times within a second, and every sync costs calls of the day's quota; so the first
call of a connection starts a short breath, and what comes within it is part of the same start. What cannot be started
(no Temporal server at the moment) is logged and left to the schedule, which finds the same changes.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final

from canonical.errors import KhataError, SourceUnavailable

if TYPE_CHECKING:
    from khata.settings import Settings
    from workflows.inputs import SyncRequest

logger = logging.getLogger("khata.api")
BREATH_S: Final = 2.0
PATIENCE_S: Final = 10.0
"""For the Temporal server; its client repeats a call by itself for longer than anybody needs here."""
Signal = Callable[["SyncRequest"], Awaitable[None]]


class SyncStarter:
    """Starts or signals syncs, each connection's once per breath.

    Args:
        signal: starts one sync, or tells the running one to look again.
        breath_s: seconds between the first call and the start.
    """

    def __init__(self, signal: Signal, breath_s: float = BREATH_S) -> None:
        self._signal, self._breath_s = signal, breath_s
        self._waiting: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._others: set[asyncio.Task[None]] = set()

    def start(self, request: SyncRequest) -> None:
        """Start a connection's sync soon; returns at once. Call it on the event loop."""
        key = (request.tenant, request.connection)
        if key not in self._waiting:
            self._waiting[key] = asyncio.get_running_loop().create_task(self._start_soon(key, request))

    def later(self, work: Callable[..., None], *arguments: Any) -> None:
        """Have a small work done in a thread, after the answer; what fails is logged."""
        task = asyncio.get_running_loop().create_task(self._guarded(asyncio.to_thread(work, *arguments)))
        self._others.add(task)
        task.add_done_callback(self._others.discard)

    async def settle(self) -> None:
        """Wait until everything begun is done."""
        while tasks := [*self._waiting.values(), *self._others]:
            await asyncio.gather(*tasks)

    async def _start_soon(self, key: tuple[str, str], request: SyncRequest) -> None:
        await asyncio.sleep(self._breath_s)
        del self._waiting[key]  # what comes from now on is news to the sync that starts here
        await self._guarded(self._signal(request))

    async def _guarded(self, work: Awaitable[None]) -> None:
        try:
            await work
        except (KhataError, OSError) as error:
            logger.warning("left to the schedule: %s", getattr(error, "code", type(error).__name__))


def temporal_signal(settings: Settings) -> Signal:
    """Signals over the Temporal server of these settings; connects when first needed, and anew after a failure."""
    clients: list[Any] = []

    async def signal(request: SyncRequest) -> None:
        from temporalio.service import RPCError  # noqa: PLC0415 - as below

        from khata.temporal import temporal_target  # noqa: PLC0415 - an API without webhooks needs no Temporal
        from workflows.temporal.client import signal_changed  # noqa: PLC0415 - as above
        from workflows.temporal.connection import connect  # noqa: PLC0415 - as above

        if not clients:
            clients.append(await connect(temporal_target(settings)))
        try:
            await asyncio.wait_for(signal_changed(clients[0], request), PATIENCE_S)
        except (RPCError, TimeoutError) as error:
            clients.clear()  # a hub that was started again may have another address
            raise SourceUnavailable("The Temporal server does not answer.", code="temporal.unreachable") from error

    return signal
