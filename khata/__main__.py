"""``khata``: the one border between what goes wrong and what a person sees on the command line.

A ``KhataError`` becomes one clean message and the exit code of its class (``exit_codes.py``); anything else is a
defect of ours and says so. ``--debug`` shows the traceback of either. Where next: ``cli/app.py``.
"""

from __future__ import annotations

import gc
import sys
import traceback
from collections.abc import Callable, Sequence
from functools import cache

from canonical.errors import KhataError
from khata.exit_codes import ExitCode, exit_code_for
from khata.logs import mask_secrets
from workflows.leaving import leave

COLLECT_AT = (1_000_000, 20, 20)
"""Thresholds of the cyclic garbage collector, against Python's (700, 10, 10). Imports of modules and of vouchers make
millions of small values that never refer back to one another: reference counting frees them at once, and the collector
only walks what is alive, again and again (a tenth of an import's time)."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Args:
        argv: arguments without the program's name; the process's own by default.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    gc.set_threshold(*COLLECT_AT)
    _leave_no_memory()
    code = _guarded(arguments)
    if argv is None:
        leave(code)
    return code


def _leave_no_memory() -> None:
    """Have no core file written of this process and its children: their memory holds tokens in clear."""
    try:
        import resource  # noqa: PLC0415 - not on Windows, which writes none
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def _guarded(arguments: list[str]) -> int:
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        print("Interrupted; what was stored is whole.", file=sys.stderr)  # noqa: T201 - the border writes to people
        return ExitCode.INTERRUPTED
    except KhataError as error:
        _tell(error, debug="--debug" in arguments)
        return exit_code_for(error)
    except Exception as error:  # noqa: BLE001 - the border: nothing unforeseen may reach a person as a traceback
        _tell_unexpected(error, debug="--debug" in arguments)
        return ExitCode.UNEXPECTED


def _run(arguments: list[str]) -> int:
    try:
        _command()(args=arguments, prog_name="khata")
    except SystemExit as finished:
        return finished.code if isinstance(finished.code, int) else ExitCode.OK
    return ExitCode.OK


@cache
def _command() -> Callable[..., object]:
    """Build the tree of commands, once in a process; an import error of one is caught by the border above."""
    from typer.main import get_command  # noqa: PLC0415 - loads with the commands

    from khata.cli.app import app  # noqa: PLC0415

    return get_command(app)


def _tell(error: KhataError, *, debug: bool) -> None:
    if debug:
        _print_traceback(error)
    print(f"Error: {error.message}\n  ({error.code})", file=sys.stderr)  # noqa: T201 - the border writes to people


def _tell_unexpected(error: Exception, *, debug: bool) -> None:
    if debug:
        _print_traceback(error)
    print(  # noqa: T201 - the border writes to people
        f"Unexpected {type(error).__name__}: {mask_secrets(str(error))}\n"
        "  This is a defect of Khata, not of your data. Run again as 'khata --debug ...' and report what it prints.",
        file=sys.stderr,
    )


def _print_traceback(error: Exception) -> None:
    sys.stderr.write(mask_secrets("".join(traceback.format_exception(error))))


if __name__ == "__main__":
    sys.exit(main())
