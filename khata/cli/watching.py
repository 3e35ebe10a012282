"""``khata watch``: keep the books of running programs up to date, within seconds."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Annotated

import typer

from khata.cli.options import Database, Tenant
from khata.cli.session import Session, open_session
from khata.exit_codes import ExitCode

if TYPE_CHECKING:
    from types import FrameType

    from khata.live.watching import Told, Watch
    from storage import Connection

LOOK_S = 0.5
"""How often the main thread looks whether the watch has ended; signals wake it anyway."""


def watch(  # noqa: PLR0917 - one parameter per option, given by name
    ctx: typer.Context,
    connections: Annotated[
        list[str] | None,
        typer.Argument(metavar="[CONNECTION...]", help="Connections to watch; all live ones if left out."),
    ] = None,
    every: Annotated[
        int | None, typer.Option("--every", min=1, metavar="SECONDS", help="Seconds between two looks.")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option("--listen", min=0, max=65535, metavar="PORT", help="Port for Tally's events; 0 does not listen."),
    ] = None,
    db: Database = None,
    tenant: Tenant = None,
) -> None:
    """Watch running programs: ask for their change counters, sync what moved, until Ctrl-C.

    A sync that is running when it is stopped comes to its end; a second Ctrl-C leaves it, and the next one goes on.
    """
    from khata.live.watching import Watch
    from khata.steps import hub_steps
    from workflows.inputs import SyncRequest

    with open_session(ctx, db, tenant) as session:
        chosen = _chosen(session, connections or [])
        settings = session.hub.settings
        requests = [SyncRequest(settings.cli.tenant, one.name, source=one.connector, reason="watch") for one in chosen]
        watching = Watch(
            steps=hub_steps(session.hub),
            requests=requests,
            interval_s=every or settings.tally.poll_seconds,
            clock=time.monotonic,
            tell=_say,
        )
        listen_port = settings.tally.listen_port if port is None else port
        with _listening(session, chosen, watching, listen_port), _stopped_by_signals(watching):
            typer.echo(f"Watching {', '.join(one.name for one in chosen)}; Ctrl-C stops.", err=True)
            _run_aside(watching.run)
    typer.echo("Stopped.", err=True)


def _chosen(session: Session, names: list[str]) -> list[Connection]:
    from khata.live.connecting import endpoint_of, is_running_source

    known = session.books.connections
    chosen = [known.get(name) for name in names] or [one for one in known.list() if is_running_source(one)]
    if not chosen:
        raise typer.BadParameter("there is no live connection yet; 'khata connect tally' makes one.")
    for one in chosen:
        if not is_running_source(one):
            endpoint_of(one)  # refuses connections that read files
    return chosen


@contextlib.contextmanager
def _listening(session: Session, chosen: list[Connection], watching: Watch, port: int) -> Iterator[None]:
    from khata.api.listener import Caller, listen
    from khata.live.connecting import listener_token
    from khata.vault import open_vault

    settings = session.hub.settings
    if not port:
        yield
        return
    vault = open_vault(settings)
    callers = [
        Caller(
            connection=one.name,
            token=listener_token(one, vault, settings.cli.tenant),
            company_guid=str(one.config.get("company_guid", "")),
        )
        for one in chosen
        if one.config.get("gateway")
    ]
    with listen(port, callers, watching.call) as listening:
        typer.echo(f"Listening for Tally's calls at {listening.url}.", err=True)
        yield


def _run_aside(work: Callable[[], None]) -> None:
    """Run something in a thread of its own and wait for it; what it raises is raised here.

    The main thread is for signals alone: a tap that runs in it puts its own handlers in the place of ours.
    """
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="watch") as aside:
        running = aside.submit(work)
        while not running.done():
            wait([running], timeout=LOOK_S)
        running.result()


@contextlib.contextmanager
def _stopped_by_signals(watching: Watch) -> Iterator[None]:
    """The first signal asks, the second one means it."""

    def asked(number: int, frame: FrameType | None) -> None:
        del frame
        watching.stop()
        typer.echo("Stopping after what is running ...", err=True)
        signal.signal(number, meant)

    def meant(number: int, frame: FrameType | None) -> None:
        del number, frame
        os._exit(ExitCode.INTERRUPTED)  # a kill at any point leaves the store whole; waiting is what was not wanted

    earlier = {number: signal.signal(number, asked) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)


def _say(told: Told) -> None:
    from khata.live.watching import WatchEvent

    match told.event:
        case WatchEvent.SYNCED if told.summary is not None:
            counts = ", ".join(f"{stream} {number}" for stream, number in sorted(told.summary.counts.items()) if number)
            typer.echo(
                f"{told.connection}: run {told.summary.run_id} {told.summary.status}: {counts or 'nothing new'}; proof "
                f"{told.summary.proof or 'none'}."
            )
        case WatchEvent.FAILED if told.error is not None:
            typer.echo(f"{told.connection}: {told.error.message} ({told.error.code})", err=True)
        case _:
            typer.echo(f"{told.connection}: answers again.", err=True)
