"""``khata up``, ``khata worker`` and ``khata sync``: the hub as a service, and one sync through it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from khata.cli.options import Database, DocumentFormat, SummaryFormat, Tenant
from khata.cli.output import write_document
from khata.cli.progress import progress_bars
from khata.cli.session import Invocation, need_extra, open_session, read_settings
from khata.exit_codes import ExitCode
from khata.wiring import open_hub

if TYPE_CHECKING:
    from canonical.issue import Issue
    from khata.cli.session import Session
    from khata.settings import Settings
    from khata.supervisor.hub import HubPlaces, HubPlan
    from workflows.inputs import Progress, RunSummary, SyncRequest
    from workflows.temporal.connection import TemporalTarget

SERVER_WAIT_S = 30.0
"""Patience of a worker with a server that is starting beside it, seconds."""
TemporalAddress = Annotated[
    str | None,
    typer.Option("--temporal", metavar="ADDRESS", help="HOST:PORT of an existing Temporal cluster to use."),
]


def up(
    ctx: typer.Context,
    temporal: TemporalAddress = None,
    db: Database = None,
    data: Annotated[
        Path | None, typer.Option("--data", metavar="FOLDER", help="Folder of Temporal's data, the logs and run.json.")
    ] = None,
    port: Annotated[int | None, typer.Option("--port", min=0, max=65535, help="Port of the API.")] = None,
) -> None:
    """Run Temporal, a worker and the API until Ctrl-C: wait for them, print the addresses, restart what dies."""
    try:
        from khata.supervisor import run
        from khata.supervisor.hub import hub_spec
    except ModuleNotFoundError as error:
        raise need_extra(error.name or "temporalio", "server", what="khata up") from error
    settings = read_settings(ctx, temporal__address=temporal, database__url=db, data__folder=data, api__port=port)
    with open_hub(settings):
        pass  # the schema is there before three processes look for it
    raise typer.Exit(int(run(hub_spec(_plan(ctx, settings)))))


def _plan(ctx: typer.Context, settings: Settings) -> HubPlan:
    from khata.supervisor.hub import HubPlan

    invocation: Invocation = ctx.obj
    # By environment, because a command line shows a password to everybody on the machine.
    environment = {"KHATA_DATABASE__URL": settings.database_url, "KHATA_DATA__FOLDER": str(settings.data.folder)}
    if invocation.config_file:
        environment["KHATA_CONFIG"] = str(invocation.config_file.resolve())
    khata = (sys.executable, "-m", "khata")

    def worker(places: HubPlaces) -> tuple[str, ...]:
        return (*khata, "worker", "--temporal", places.temporal, "--ready-file", str(places.worker_ready))

    def api(places: HubPlaces) -> tuple[str, ...]:
        return (*khata, "serve", "--host", places.api_host, "--port", str(places.api_port))

    return HubPlan(
        data_dir=settings.data.folder,
        worker=worker,
        api=api,
        api_health="/health/ready",
        temporal_address=settings.temporal.address,
        ports={"api": settings.api.port, "grpc": settings.temporal.port, "ui": settings.temporal.ui_port},
        environment=environment,
    )


def worker(
    ctx: typer.Context,
    temporal: TemporalAddress = None,
    ready_file: Annotated[
        Path | None,
        typer.Option(
            "--ready-file", metavar="FILE", help="Write the process id here once the server knows the worker."
        ),
    ] = None,
    db: Database = None,
) -> None:
    """Be one worker: take syncs from Temporal and run their steps, until stopped ('khata up' starts one by itself)."""
    try:
        from workflows.temporal.worker import run_worker
    except ModuleNotFoundError as error:
        raise need_extra(error.name or "temporalio", "server", what="A worker") from error
    from khata.steps import hub_steps
    from khata.supervisor.probes import mark_ready
    from khata.temporal import keep_polls, temporal_target

    settings = read_settings(ctx, temporal__address=temporal, database__url=db)
    target = temporal_target(settings)
    invocation: Invocation = ctx.obj
    with open_hub(settings, clock=invocation.clock) as hub:
        keep_polls(settings, hub.store, target, wait_s=SERVER_WAIT_S)
        run_worker(target, hub_steps(hub), on_ready=lambda: mark_ready(ready_file) if ready_file else None)


def sync(  # noqa: PLR0917 - one parameter per option, given by name
    ctx: typer.Context,
    connection: Annotated[str, typer.Argument(metavar="CONNECTION", help="Name of the connection.")],
    temporal: TemporalAddress = None,
    local: Annotated[
        bool, typer.Option("--local", help="Run the steps in this process, without Temporal; Ctrl-C stops the sync.")
    ] = False,
    thorough: Annotated[
        bool,
        typer.Option("--thorough", help="Compare all the source has with the books, whatever it says of changes."),
    ] = False,
    db: Database = None,
    tenant: Tenant = None,
    form: SummaryFormat = DocumentFormat.TABLE,
) -> None:
    """Run a connection's sync as a durable workflow and wait for it; Ctrl-C stops the waiting, not the sync.

    With --local the same steps run in this process. A sync that was stopped or killed is completed by the next one. If
    the figures differ after a sync of changes, everything is compared: by the next sync where the source has change
    counters (Tally), else at once, where the product's quota has room.
    """
    from canonical.issue import IssueLevel
    from workflows.inputs import SyncRequest

    settings = read_settings(ctx, temporal__address=temporal, database__url=db, cli__tenant=tenant)
    if local and temporal:
        raise typer.BadParameter("--local runs without Temporal; give one of the two.", param_hint="--local")
    target = None if local else _target(settings)
    with open_session(ctx, db, tenant) as session:
        found = session.books.connections.get(connection)
        request = SyncRequest(settings.cli.tenant, found.name, source=found.connector, is_thorough=thorough)
        with progress_bars() as on_progress:
            summary = (
                _sync_here(session, request, on_progress)
                if target is None
                else _sync_there(target, request, on_progress)
            )
        rejected = session.books.issues.counts_by_level(run_id=summary.run_id).get(IssueLevel.REJECTED, 0)
        held = _held(session, summary)
    if form is DocumentFormat.JSON:
        from khata.rendering.sync import sync_document

        write_document(sync_document(summary, rejected, held))
    else:
        _print(summary, rejected, held)
    raise typer.Exit(_exit_code(summary, rejected))


def _held(session: Session, summary: RunSummary) -> list[Issue]:
    """What the run noted of companies whose figures are held back."""
    from workflows.doubt import HELD

    if summary.publication != "held":
        return []
    return [item.issue for item in session.books.issues.page(run_id=summary.run_id, code=HELD).items]


def _target(settings: Settings) -> TemporalTarget:
    try:
        from khata.temporal import temporal_target
    except ModuleNotFoundError as error:
        raise need_extra(error.name or "temporalio", "server", what="khata sync without --local") from error
    return temporal_target(settings)


def _sync_there(target: TemporalTarget, request: SyncRequest, on_progress: Callable[[Progress], None]) -> RunSummary:
    from khata.temporal import follow_sync

    return follow_sync(target, request, on_progress)


def _sync_here(session: Session, request: SyncRequest, on_progress: Callable[[Progress], None]) -> RunSummary:
    from khata.steps import hub_steps
    from workflows.local import sync_connection

    return sync_connection(hub_steps(session.hub), request, on_progress)


def _print(summary: RunSummary, rejected: int, held: list[Issue]) -> None:
    from khata.rendering.sync import held_lines, named_line, sync_line

    if not summary.run_id:
        typer.echo("Nothing has moved in the source since the last sync.")
        return
    line = sync_line(summary, rejected)
    typer.echo(f"{line[0].upper()}{line[1:]}")
    for line in filter(None, (named_line(summary), *held_lines(held))):
        typer.echo(line)
    typer.echo(f"Next: khata issues --run {summary.run_id}; khata proof")


def _exit_code(summary: RunSummary, rejected: int) -> ExitCode:
    if rejected:
        return ExitCode.REJECTED
    return ExitCode.DIFFERS if summary.publication == "held" else ExitCode.OK
