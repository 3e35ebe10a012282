"""How a short-lived process that has used temporalio ends.

At interpreter exit the native core may call back into a Python that is already gone: about one run in twelve aborted
with ``PyGILState_Release`` and exit code 134 (open in the SDK since 2023). Flushing and leaving without the
interpreter's own teardown keeps exit codes true.

Where next: ``worker.py`` and the command line call it last.
"""

from __future__ import annotations

import logging
import os
import sys
from typing import NoReturn


def leave(code: int) -> NoReturn:
    """Flush what was printed and logged, then end the process with this exit code, without teardown."""
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code)
