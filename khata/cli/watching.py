"""``khata watch``: keep the books up to date within seconds, from running programs and from folders of exports."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from canonical.errors import KhataError
from khata.cli.options import Database, Tenant
from khata.cli.session import Session, need_extra, open_session
from khata.exit_codes import ExitCode

if TYPE_CHECKING:
    from types import FrameType

    from khata.files.folder_watch import FolderWatch
    from khata.files.intake import Decided
    from khata.live.watching import Told, Watch
    from storage import Connection
    from workflows.summary import ImportSummary

LOOK_S = 0.5
"""How often the main thread looks whether the watch has ended; signals wake it anyway."""


def watch(  # noqa: PLR0917 - one parameter per option, given by name
    ctx: typer.Context,
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[CONNECTION|FOLDER...]",
            help="Live connections, or folders that exports are dropped into; all live connections if left out.",
        ),
    ] = None,
    every: Annotated[
        int | None, typer.Option("--every", min=1, metavar="SECONDS", help="Seconds between two looks.")
    ] = None,
    connector: Annotated[
        str,
        typer.Option(
            "--as", metavar="NAME", help="Whose exports a folder takes (tally, busy, marg ...); auto tells by content."
        ),
    ] = "auto",
    company: Annotated[
        str | None,
        typer.Option("--company", metavar="NAME", help="Whose books a folder's files are, if they do not say."),
    ] = None,
    settle: Annotated[
        float, typer.Option("--settle", min=0.0, metavar="SECONDS", help="How long a file must be still to be taken.")
    ] = 2.0,
    network: Annotated[
        bool, typer.Option("--network", help="The folder is on a network drive: compare listings, expect no events.")
    ] = False,
    once: Annotated[bool, typer.Option("--once", help="Take what is in the folders now, then end.")] = False,
    port: Annotated[
        int | None,
        typer.Option("--listen", min=0, max=65535, metavar="PORT", help="Port for Tally's events; 0 does not listen."),
    ] = None,
    db: Database = None,
    tenant: Tenant = None,
) -> None:
    """Watch running programs and folders, until Ctrl-C: sync what moved, import what is dropped.

    Of a program the change counters are asked. From a folder a file is taken when it is complete, recognised by its
    content, imported once, and moved to done or rejected with a report beside it. What is running when the watch is
    stopped comes to its end; a second Ctrl-C leaves it, and the next watch goes on.
    """
    with open_session(ctx, db, tenant) as session:
        folders, names = _sorted_out(session, sources or [])
        if once and (names or not folders):
            raise typer.BadParameter("goes with folders only.", param_hint="--once")
        options = FolderOptions(connector=connector, company=company, settle_s=settle, every_s=every, network=network)
        watches = [_folder_watch(session, folder, options) for folder in folders]
        if once:
            _run_all([one.run_once for one in watches], [one.stop for one in watches])
        else:
            with _connections(session, names, every, port, wanted=not folders) as live:
                _run_until_stopped(watches, live)
    typer.echo("Done." if once else "Stopped.", err=True)
    if once and any(one.rejected for one in watches):
        raise typer.Exit(ExitCode.REJECTED)


def _run_until_stopped(folders: list[FolderWatch], live: list[LiveWatch]) -> None:
    if folders:
        _need_watchdog()
    told = [*(str(one.folder) for one in folders), *(name for one in live for name in one.names)]
    typer.echo(f"Watching {', '.join(told)}; Ctrl-C stops.", err=True)
    watches: list[FolderWatch | LiveWatch] = [*folders, *live]
    _run_all([one.run for one in watches], [one.stop for one in watches])


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderOptions:
    """What the command line says about its folders."""

    connector: str
    company: str | None
    settle_s: float
    every_s: int | None
    network: bool


def _sorted_out(session: Session, sources: list[str]) -> tuple[list[Path], list[str]]:
    """Tell folders from connections: a connection's name wins, a path is told by its form or by being there."""
    known = {one.name for one in session.books.connections.list()}
    names = [one for one in sources if one in known]
    folders = [Path(one) for one in sources if one not in known]
    for folder in folders:
        if not folder.is_dir():
            raise typer.BadParameter(f"there is no connection and no folder {folder}.", param_hint="CONNECTION|FOLDER")
    return [folder.resolve() for folder in dict.fromkeys(folders)], names


def _folder_watch(session: Session, folder: Path, options: FolderOptions) -> FolderWatch:
    from khata.files.choosing import Choosing
    from khata.files.folder_watch import LOOK_S, FolderWatch
    from khata.files.intake import WATCH, Intake
    from khata.files.places import Places
    from khata.files.settling import Settling

    def run(files: Sequence[Path], connector: str) -> ImportSummary:
        from khata.cli.importing import import_with

        return import_with(session, files, connector=connector, company=options.company, reason=WATCH)

    intake = Intake(
        store=session.books,
        places=Places(folder),
        recognise=Choosing(options.connector).recognise,
        run=run,
        now=session.hub.clock,
    )
    return FolderWatch(
        intake=intake,
        settling=Settling(clock=time.monotonic, settle_s=options.settle_s),
        tell=_say_file,
        every_s=options.every_s or LOOK_S,
        is_network=options.network,
    )


def _need_watchdog() -> None:
    if importlib.util.find_spec("watchdog") is None:
        raise need_extra("watchdog", "agent", what="khata watch FOLDER")


@contextlib.contextmanager
def _connections(
    session: Session, names: list[str], every: int | None, port: int | None, *, wanted: bool
) -> Iterator[list[LiveWatch]]:
    """Prepare the watch of live connections: those named, or all if no folder was named either."""
    from khata.live.watching import Watch
    from khata.steps import hub_steps
    from workflows.inputs import SyncRequest

    if not names and not wanted:
        yield []
        return
    chosen = _chosen(session, names)
    settings = session.hub.settings
    requests = [SyncRequest(settings.cli.tenant, one.name, source=one.connector, reason="watch") for one in chosen]
    watching = Watch(
        steps=hub_steps(session.hub),
        requests=requests,
        interval_s=every or settings.tally.poll_seconds,
        clock=time.monotonic,
        tell=_say,
    )
    with _listening(session, chosen, watching, settings.tally.listen_port if port is None else port):
        yield [LiveWatch(watching, tuple(one.name for one in chosen))]


@dataclass(frozen=True, slots=True)
class LiveWatch:
    """The watch of live connections, and their names."""

    watch: Watch
    names: tuple[str, ...]

    def run(self) -> None:
        """Watch until stopped."""
        self.watch.run()

    def stop(self) -> None:
        """Ask for the end."""
        self.watch.stop()


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


def _run_all(works: Sequence[Callable[[], None]], stops: Sequence[Callable[[], None]]) -> None:
    """Run watches in threads of their own and wait for them; what one raises stops the others and is raised here.

    The main thread is for signals alone: a tap that runs in it puts its own handlers in the place of ours.
    """

    def stop() -> None:
        for one in stops:
            one()

    with _stopped_by_signals(stop), ThreadPoolExecutor(len(works), thread_name_prefix="watch") as aside:
        running = {aside.submit(work) for work in works}
        while running:
            done, running = wait(running, timeout=LOOK_S, return_when=FIRST_COMPLETED)
            if any(one.exception() for one in done):
                stop()
            failed = next((one for one in done if one.exception()), None)
            if failed is not None:
                wait(running)
                failed.result()


@contextlib.contextmanager
def _stopped_by_signals(stop: Callable[[], None]) -> Iterator[None]:
    """The first signal asks, the second one means it."""

    def asked(number: int, frame: FrameType | None) -> None:
        del frame
        stop()
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


def _say_file(told: Decided | KhataError) -> None:
    if isinstance(told, KhataError):
        typer.echo(f"{told.message} ({told.code})", err=True)
        return
    run = f" (run {told.run_id})" if told.run_id is not None else ""
    refused = f", {told.refused} of its records refused" if told.refused else ""
    typer.echo(f"{told.name}: {told.status.value}{refused}{run}: {told.end.parent.name}/{told.end.name}")


def _say(told: Told) -> None:
    from khata.live.watching import WatchEvent
    from khata.rendering.sync import sync_line

    match told.event:
        case WatchEvent.SYNCED if told.summary is not None:
            typer.echo(f"{told.connection}: {sync_line(told.summary)}")
        case WatchEvent.FAILED if told.error is not None:
            typer.echo(f"{told.connection}: {told.error.message} ({told.error.code})", err=True)
        case _:
            typer.echo(f"{told.connection}: answers again.", err=True)
