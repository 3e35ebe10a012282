"""The process that translates for another one (``apart.py``): a task on standard input, answers on standard output.

It reads the store and writes nothing. When the other process dies, writing to it fails, and that is the end here too.
"""

from __future__ import annotations

import gc
import os
import pickle
import sys
from collections.abc import Iterator
from typing import IO

from canonical.item import Item
from connectors.sdk.registry import get_connector
from storage.document import encode
from storage.store import reopen
from workflows.apart import Answer, Task
from workflows.interpretation import company_translator, interpret
from workflows.validation import company_validator

COLLECT_AT = (1_000_000, 20, 20)
"""See ``khata.__main__``: vouchers never refer back to one another."""


def main() -> None:
    """Answer one task."""
    gc.set_threshold(*COLLECT_AT)
    with take_standard_output() as answers:
        task: Task = pickle.load(sys.stdin.buffer)  # noqa: S301 - written by the process that started us
        gc.freeze()
        for answer in answered(task):
            pickle.dump(answer, answers, protocol=pickle.HIGHEST_PROTOCOL)
            answers.flush()


def take_standard_output() -> IO[bytes]:
    """Keep standard output for answers: what anything else prints goes to standard error."""
    taken = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return taken


def answered(task: Task) -> Iterator[Answer]:
    """Translate what waits."""
    store = reopen(task.address)
    try:
        connector = get_connector(task.connector)
        validator = company_validator(store, task.company_id)
        translator = company_translator(store, connector, task.company_id, also=validator.remember)
        for item in store.records.iter(task.company_id, Item):
            validator.remember(item)
        if translator.version != task.version:
            return
        for batch in store.raw.iter_pending(task.company_id, task.stream, task.version, task.batch):
            found = interpret(translator, validator, batch)
            yield Answer(
                types=[type(record).__name__ for record in found.records],
                documents=[encode(record) for record in found.records],
                raw_ids=found.raw_ids,
                issues=found.issues,
                facts=found.facts,
                addresses=found.addresses,
            )
    finally:
        store.close()


if __name__ == "__main__":
    main()
