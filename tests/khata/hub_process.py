"""The real hub with scripted steps: ``python -m tests.khata.hub_process DATA_DIR QUEUE EFFECTS SCRIPT [ADDRESS]``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from khata.supervisor import RestartRule, run
from khata.supervisor.hub import HubPlaces, HubPlan, hub_spec

SMALL_API = Path(__file__).with_name("small_api.py")


def main(data_dir: str, queue: str, effects: str, script: str, address: str = "") -> int:
    """Run the hub as ``khata up`` does, on free ports."""

    def worker(places: HubPlaces) -> tuple[str, ...]:
        spec = {
            "address": places.temporal,
            "ready": str(places.worker_ready),
            "queue": queue,
            "effects": effects,
            "script": script,
        }
        return (sys.executable, "-m", "tests.workflows.worker_process", json.dumps(spec))

    plan = HubPlan(
        data_dir=Path(data_dir),
        worker=worker,
        api=lambda places: (sys.executable, "-I", "-S", str(SMALL_API), str(places.api_port)),
        temporal_address=address,
        ports=dict.fromkeys(("grpc", "ui", "http", "metrics", "api"), 0),
        restart=RestartRule(first_delay_s=0.1, longest_delay_s=1.0),
    )
    return run(hub_spec(plan))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
