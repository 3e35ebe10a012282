"""One at a time, across processes: a turn that ends with its process, however that ends.

Writers of one company already take turns batch by batch (``storage.batch``). A whole sync is many batches and questions
to a source in between; two of one connection at once would compare with what the other one is just changing. Likewise
whoever translates a company's records has learned its masters before, and must not meet those of another. The turn is
held by the kernel (a locked file beside an SQLite database) or by the server (an advisory lock of a session on
PostgreSQL), so nothing has to be cleaned up after a kill.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from hashlib import blake2b
from pathlib import Path

from canonical.errors import ConcurrentUpdate
from storage.engine import Database

LOOK_AGAIN_S = 0.05
"""How often whoever waits for a turn looks again."""


class TurnTaken(ConcurrentUpdate):
    """Somebody else is at it. Try again later."""

    default_code = "sync.already_running"


@contextmanager
def hold_turn(database: Database, key: str, *, sentence: str, is_once: bool = False) -> Iterator[None]:
    """Hold the turn of this key for the time of the block.

    Args:
        database: whose processes take turns.
        key: what is done one at a time.
        sentence: said to whoever comes second.
        is_once: the key will not be used again, so nothing of it is left behind.

    Raises:
        TurnTaken: another process, or another thread of this one, holds it.
    """
    number = int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big", signed=True)
    holding = (
        _file_turn(database, number, is_once=is_once)
        if database.dialect.name == "sqlite"
        else _server_turn(database, number)
    )
    with holding as is_mine:
        if not is_mine:
            raise TurnTaken(sentence)
        yield


@contextmanager
def await_turn(database: Database, key: str, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the turn of this key for the time of the block, after whoever holds it now.

    Args:
        database: whose processes take turns.
        key: what is done one at a time.
        waiting: called again and again while somebody else is at it; what it raises ends the waiting.
    """
    with ExitStack() as held:
        while True:
            try:
                held.enter_context(hold_turn(database, key, sentence=""))
                break
            except TurnTaken:
                waiting()
                time.sleep(LOOK_AGAIN_S)
        yield


@contextmanager
def _server_turn(database: Database, number: int) -> Iterator[bool]:
    with database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        cursor = connection.connection.driver_connection.cursor()  # type: ignore[union-attr]  # it is connected
        is_mine = bool(cursor.execute("SELECT pg_try_advisory_lock(%s)", (number,)).fetchone()[0])
        try:
            yield is_mine
        finally:
            if is_mine:
                cursor.execute("SELECT pg_advisory_unlock(%s)", (number,))


@contextmanager
def _file_turn(database: Database, number: int, *, is_once: bool) -> Iterator[bool]:
    place = Path(str(database.engine.url.database)).resolve()
    path = place.with_name(f"{place.name}-turn-{number & 0xFFFFFFFFFFFFFFFF:016x}")
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)  # not inherited by children
    is_mine = False
    try:
        is_mine = _try_lock(descriptor)
        yield is_mine
    finally:
        os.close(descriptor)
        if is_once and is_mine:
            path.unlink(missing_ok=True)


if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
