"""The hub that ``khata up`` supervises: Temporal server, worker, API, in this order.

With an address of an existing cluster the first is left out. The commands of worker and API come from the command
line (they know settings and wiring); this module knows ports, probes and patience.

Where next: ``supervise.run`` takes the spec; ``workflows.temporal.server`` has the server's start line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from khata.supervisor.ports import LOOPBACK, choose_ports
from khata.supervisor.probes import FileProbe, HttpProbe
from khata.supervisor.spec import ChildSpec, RestartRule, SupervisorSpec
from workflows.temporal.server import ServerPorts, get_binary, server_command

USUAL_PORTS: Mapping[str, int] = {"grpc": 7233, "ui": 8233, "http": 7243, "metrics": 7253, "api": 8400}
WORKER_STOP_WITHIN_S = 30.0
"""Longer than the worker's own grace (20 s), so that a running step may reach its next beat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HubPlaces:
    """Where the hub's parts meet; the commands of worker and API are built from it.

    Attributes:
        temporal: host:port of the gRPC frontend.
        api_host: the API binds to it.
        api_port: same.
        worker_ready: the worker writes its process id here when it serves (``probes.mark_ready``).
    """

    temporal: str
    api_host: str
    api_port: int
    worker_ready: Path


Command = Callable[[HubPlaces], tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class HubPlan:
    """What the command line decides.

    Attributes:
        data_dir: Temporal's database, the log, the lock and ``run.json`` live here.
        worker: command line of the worker process.
        api: command line of the API process.
        api_health: path that answers when the API is ready.
        temporal_address: of an existing cluster; empty starts the embedded server.
        namespace: the embedded server creates it.
        ports: wanted ports by the names of ``USUAL_PORTS``; taken ones are replaced by free ones.
        environment: variables for worker and API, on top of ours.
        restart: what happens when a child dies.
    """

    data_dir: Path
    worker: Command
    api: Command
    api_health: str = "/health"
    temporal_address: str = ""
    namespace: str = "default"
    ports: Mapping[str, int] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    restart: RestartRule = field(default_factory=RestartRule)


def hub_spec(plan: HubPlan, on_ready: Callable[[], None] | None = None) -> SupervisorSpec:
    """Choose ports and put the hub together; creates the data folder.

    Raises:
        ConfigurationError: the embedded server is wanted and not installed.
    """
    plan.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    ports = choose_ports({**USUAL_PORTS, **plan.ports})
    places = HubPlaces(
        temporal=plan.temporal_address or f"{LOOPBACK}:{ports['grpc']}",
        api_host=LOOPBACK,
        api_port=ports["api"],
        worker_ready=plan.data_dir / "worker.ready",
    )
    server = () if plan.temporal_address else (_server(plan, ports),)
    addresses = {"API": f"http://{LOOPBACK}:{ports['api']}", "Temporal": places.temporal}
    if server:
        addresses["Temporal Web UI"] = f"http://{LOOPBACK}:{ports['ui']}"
    return SupervisorSpec(
        data_dir=plan.data_dir,
        children=(*server, _worker(plan, places), _api(plan, places)),
        addresses=addresses,
        restart=plan.restart,
        on_ready=on_ready,
    )


def _server(plan: HubPlan, ports: Mapping[str, int]) -> ChildSpec:
    own = ServerPorts(grpc=ports["grpc"], ui=ports["ui"], http=ports["http"], metrics=ports["metrics"])
    return ChildSpec(
        name="temporal",
        command=server_command(get_binary(), plan.data_dir, own, namespace=plan.namespace),
        probe=HttpProbe(own.http, f"/api/v1/namespaces/{plan.namespace}"),
    )


def _worker(plan: HubPlan, places: HubPlaces) -> ChildSpec:
    return ChildSpec(
        name="worker",
        command=plan.worker(places),
        probe=FileProbe(places.worker_ready),
        environment=plan.environment,
        stop_within_s=WORKER_STOP_WITHIN_S,
    )


def _api(plan: HubPlan, places: HubPlaces) -> ChildSpec:
    return ChildSpec(
        name="api",
        command=plan.api(places),
        probe=HttpProbe(places.api_port, plan.api_health),
        environment=plan.environment,
    )
