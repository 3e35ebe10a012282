"""What every fake of ``khata sandbox serve`` does alike: switches turned by name, a port, and waiting to be ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from threading import Event
from typing import Protocol, TypeVar

import typer

Running = TypeVar("Running")


class Switches(Protocol):
    """The faults of a fake."""

    def turn(self, name: str, text: str = "") -> None:
        """Turn one by name.

        Raises:
            ValueError: there is none of the name, or the value does not fit it.
        """


def turn_switches(switches: Switches, written: Iterable[str]) -> None:
    """Turn what the command line names, as ``NAME[=VALUE]``."""
    for one in written:
        name, _, value = one.partition("=")
        try:
            switches.turn(name, value)
        except ValueError as error:
            raise typer.BadParameter(str(error), param_hint="--fault") from error


@contextmanager
def served(fake: AbstractContextManager[Running], what: str, port: int) -> Iterator[Running]:
    """Start a fake, let the block say how it is reached, and run it until it is interrupted.

    Args:
        fake: listens while it is entered.
        what: its name for people.
        port: it was told to listen on.
    """
    with ExitStack() as entered:
        try:
            running = entered.enter_context(fake)
        except OSError as error:
            raise typer.BadParameter(f"Port {port} cannot be used: {error.strerror}.", param_hint="--port") from error
        yield running
        typer.echo(f"A fake {what} is running; interrupt it to end it.", err=True)
        with suppress(KeyboardInterrupt):
            Event().wait()
