"""Vouchers translated in a process of their own, while this one stores those before them.

Translating and storing take about as long, and Python does one thing at a time: with a second core a large import is
done in three quarters of the time. The other process only reads and answers. Nothing depends on it: if it ends early,
whatever the reason, what still waits is translated here. It ends when its pipe closes, so also if this process dies.

Where next: ``apart_process.py`` is what runs there.
"""

from __future__ import annotations

import contextlib
import pickle
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import IO, cast

from canonical.codec import DOCUMENT_TYPES, CanonicalRecord
from canonical.issue import Issue
from canonical.tax_document import TaxDocumentFact
from storage.document import decode
from storage.store import Address
from workflows.interpretation import Interpreted

VOUCHERS_MIN = 5_000
"""Vouchers from which another process is worth its start (half a second)."""
MODULE = "workflows.apart_process"
_NO_WINDOW: int = getattr(subprocess, "CREATE_NO_WINDOW", 0)
_CUT_SHORT = (EOFError, OSError, pickle.UnpicklingError)


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be translated.

    Attributes:
        address: of the tenant's store.
        connector: of the company.
        version: of the translator here; another one there answers nothing.
        batch: raw records an answer covers.
    """

    address: Address
    connector: str
    company_id: int
    stream: str
    version: int
    batch: int


@dataclass(slots=True)
class Answer:
    """``Interpreted``, with the records as documents: cheap to send, and needed in this form anyway.

    Attributes:
        types: name of the class of each record.
    """

    types: list[str] = field(default_factory=list)
    documents: list[bytes] = field(default_factory=list)
    raw_ids: list[int] = field(default_factory=list)
    issues: dict[int, tuple[Issue, ...]] = field(default_factory=dict)
    facts: list[tuple[int, TaxDocumentFact]] = field(default_factory=list)
    addresses: list[tuple[str, str]] = field(default_factory=list)

    def read(self) -> Interpreted:
        """The records again, equal to those that were translated."""
        records = [
            cast("CanonicalRecord", decode(DOCUMENT_TYPES[name], document))
            for name, document in zip(self.types, self.documents, strict=True)
        ]
        return Interpreted(records, self.raw_ids, self.documents, self.issues, self.facts, self.addresses)


class Apart:
    """The other process; start it early, it takes a while to come up."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own module, run by the Python that runs us
            (sys.executable, "-m", MODULE),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            creationflags=_NO_WINDOW,
        )

    @property
    def process_id(self) -> int:
        """Of the operating system."""
        return self._process.pid

    def interpreted(self, task: Task) -> Iterator[Interpreted]:
        """Yield what the waiting records mean, batch by batch, in order; fewer, or none, if the process ends early.

        The next batch is taken from the pipe and read while the one before is stored, which is half waiting for the
        database.
        """
        with contextlib.suppress(OSError):
            pickle.dump(task, cast("IO[bytes]", self._process.stdin))
            cast("IO[bytes]", self._process.stdin).flush()
        with ThreadPoolExecutor(max_workers=1) as ahead:
            following = ahead.submit(self._take)
            while (batch := following.result()) is not None:
                following = ahead.submit(self._take)
                yield batch

    def _take(self) -> Interpreted | None:
        """Take the next answer; None if there is no more."""
        try:
            answer: Answer = pickle.load(cast("IO[bytes]", self._process.stdout))  # noqa: S301 - our own child's
        except _CUT_SHORT:
            return None
        return answer.read()

    def close(self) -> None:
        """End the process, whatever it is doing."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
