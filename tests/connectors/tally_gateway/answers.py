"""Answers built from bytes, as the client builds them from what it received."""

from __future__ import annotations

import tempfile
from typing import IO

from connectors.tally.gateway.allowed import ObjectType
from connectors.tally.gateway.answer import Answer
from connectors.tally.gateway.requests import Expected, Request, collection

URL = "http://localhost:9000"
LEDGERS = collection(ObjectType.LEDGER, company="Asha Traders", fetch=("Name",))


def answer_of(data: bytes, request: Request = LEDGERS, expects: Expected | None = None) -> Answer:
    """An answer with this body."""
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    file.write(data)
    if expects is not None:
        request = Request(name=request.name, body=request.body, expects=expects, company=request.company)
    return Answer(request, URL, file, len(data), 0.1)
