"""Tie a child to its parent's life, then become the child: ``python -I -S tether.py PARENT_PID PROGRAM ARGUMENT...``.

Linux kills the process the moment its parent is gone, even if the parent was killed with -9 and could do nothing
about it. The kernel watches the *thread* that started the child, so the supervisor starts children from its main
thread. A program the child itself starts is not tied. Other systems have no such call: there the command runs untied
(on Windows a Job Object would do it; ``khata up`` does not run there).

Where next: ``child.py`` puts this in front of every command. Standard library only, because it starts before every
child.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
NOT_FOUND = 127


def tie_to(parent: int) -> None:
    """Ask the kernel to kill this process when its parent dies; end now if it already has."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    if os.getppid() != parent:  # it died between starting us and the call above
        os._exit(1)


def main(arguments: list[str]) -> None:
    """Tie, undo what this interpreter did to signals, and become the program."""
    parent, program = int(arguments[0]), arguments[1:]
    if sys.platform == "linux":
        tie_to(parent)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it, and ignoring would be inherited
    try:
        os.execvp(program[0], program)  # noqa: S606 - becoming the program is the point
    except OSError as error:
        sys.stderr.write(f"{program[0]} cannot be started: {error.strerror}\n")
        os._exit(NOT_FOUND)


if __name__ == "__main__":
    main(sys.argv[1:])
