"""The process supervisor behind ``khata up``: starts the hub's processes, restarts what dies, leaves none behind.

May import: the standard library, exit codes and errors; ``hub.py`` also ``workflows.temporal.server``.
Start at: ``hub.py`` for what ``khata up`` starts, ``supervise.py`` for how.
"""

import sys

from canonical.errors import ConfigurationError

if sys.platform == "win32":
    raise ConfigurationError(
        "khata up needs Linux or macOS. On Windows run the worker and the API as services and name an existing "
        "Temporal cluster with --temporal ADDRESS.",
        code="supervisor.platform",
    )

from khata.supervisor.spec import ChildSpec, Exit, RestartRule, SupervisorSpec
from khata.supervisor.supervise import run

__all__ = ["ChildSpec", "Exit", "RestartRule", "SupervisorSpec", "run"]
