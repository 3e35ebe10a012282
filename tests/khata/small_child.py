"""A child for the supervisor's tests: ``small_child.py READY_FILE [behaviour...]``. Standard library only.

Behaviours: ``deaf`` ignores SIGTERM; ``family`` starts a process of its own and writes its id into READY_FILE.family;
``never-ready`` never answers; ``dies`` ends with code 9 as soon as it is ready; ``talks`` prints two lines and an
unfinished one.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path


def main(ready: Path, behaviours: set[str]) -> None:
    """Behave."""
    if "deaf" in behaviours:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if "talks" in behaviours:
        sys.stdout.write("first line\n")
        sys.stderr.write("second line\n")
        sys.stdout.write("no end")
        sys.stdout.flush()
    if "family" in behaviours:
        sleeper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        ready.with_suffix(".family").write_text(str(sleeper.pid))
    if "never-ready" not in behaviours:
        fresh = ready.with_suffix(".fresh")
        fresh.write_text(str(os.getpid()))
        fresh.replace(ready)
    if "dies" in behaviours:
        sys.exit(9)
    time.sleep(600)


if __name__ == "__main__":
    main(Path(sys.argv[1]), set(sys.argv[2:]))
