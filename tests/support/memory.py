"""What memory a process took, for scripts that tests run in processes of their own."""

from __future__ import annotations

from pathlib import Path


def peak_kib() -> int:
    """Return the most memory this process has held since it began, in KiB.

    Not ``ru_maxrss``: that begins with what the parent held at the fork, and a test process holds a lot.
    """
    return int(Path("/proc/self/status").read_text(encoding="utf-8").split("VmHWM:")[1].split()[0])
