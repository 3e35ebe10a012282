"""A supervisor in a process of its own: ``python -m tests.khata.supervisor_process SPEC_AS_JSON``."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from typing import Any

from khata.supervisor import ChildSpec, RestartRule, SupervisorSpec, run
from khata.supervisor.probes import FileProbe

SMALL_CHILD = Path(__file__).with_name("small_child.py")


def spec_of(raw: dict[str, Any]) -> SupervisorSpec:
    """Children by name with their behaviours, and what the test wants shorter."""
    folder = Path(raw["data_dir"])
    return SupervisorSpec(
        data_dir=folder,
        children=tuple(
            ChildSpec(
                name=name,
                command=(sys.executable, "-I", "-S", str(SMALL_CHILD), str(folder / f"{name}.ready"), *behaviours),
                probe=FileProbe(folder / f"{name}.ready"),
                start_within_s=raw.get("start_within_s", 60.0),
                stop_within_s=raw.get("stop_within_s", 60.0),
            )
            for name, behaviours in raw["children"].items()
        ),
        addresses={"API": "http://127.0.0.1:1"},
        restart=RestartRule(first_delay_s=0.05, longest_delay_s=0.2, deaths_max=raw.get("deaths_max", 8)),
    )


if __name__ == "__main__":
    folder = Path(json.loads(sys.argv[1])["data_dir"])
    folder.mkdir(exist_ok=True)
    # said here and not inherited: what the tests themselves were started under (nohup) must not decide
    signal.signal(signal.SIGHUP, signal.SIG_IGN if json.loads(sys.argv[1]).get("nohup") else signal.SIG_DFL)
    sys.exit(run(spec_of(json.loads(sys.argv[1]))))
