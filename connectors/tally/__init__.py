"""Tally (ERP 9 and TallyPrime): file exports, and the gateway of a running Tally.

May import: ``canonical``, ``connectors.sdk``.
Start at: ``README.md``, then ``tap.py`` (what is read) and ``translate/`` (what it means).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from canonical.record import JsonValue
from connectors.sdk.base import Connector, Surroundings, Translator
from connectors.tally.export.streams import REPORTS, STREAMS

if TYPE_CHECKING:
    from singer_sdk import Tap

    from canonical.company import Company
    from connectors.sdk.recognition import FileHead, Recognition


def _tap() -> type[Tap]:
    from connectors.tally.tap import TapTally  # noqa: PLC0415 - singer-sdk is imported when a tap is asked for

    return TapTally


def _translator(company: Company) -> Translator:
    from connectors.tally.translate import TallyTranslator  # noqa: PLC0415 - as above

    return TallyTranslator(company)


def _counters(config: Mapping[str, JsonValue], surroundings: Surroundings) -> JsonValue:
    from connectors.tally.live.changes import connection_counters  # noqa: PLC0415 - lxml is imported when asked

    return connection_counters(config, surroundings)


def _recognise(head: FileHead) -> Recognition | None:
    from connectors.tally.recognition import recognise  # noqa: PLC0415 - as above

    return recognise(head)


CONNECTOR = Connector(
    name="tally",
    title="Tally (ERP 9, TallyPrime)",
    tap=_tap,
    translator=_translator,
    named_streams=frozenset(STREAMS) - {"companies", "vouchers", REPORTS},
    raw_version=2,
    counters=_counters,
    recognise=_recognise,
)
"""Raw version 2: reports keep the rows of statements, stock and statistics too."""
