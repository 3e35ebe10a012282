"""BUSY (17, 18, 21): XML exports, report workbooks, company databases and the web service.

May import: ``canonical``, ``connectors.sdk``.
Start at: ``README.md``, then ``streams.py`` (what there is), ``tap.py`` (how it is read), ``staging.py`` (what every
route becomes) and ``translate/`` (what it means).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from canonical.item import Godown, Item, StockGroup
from canonical.record import JsonValue
from connectors.busy.recognition import recognise
from connectors.busy.streams import NAMED
from connectors.sdk.base import Connector, Surroundings, Translator

if TYPE_CHECKING:
    from singer_sdk import Tap

    from canonical.company import Company


def _tap() -> type[Tap]:
    from connectors.busy.tap import TapBusy  # noqa: PLC0415 - singer-sdk is imported when a tap is asked for

    return TapBusy


def _translator(company: Company) -> Translator:
    from connectors.busy.translate.translator import BusyTranslator  # noqa: PLC0415 - as above

    return BusyTranslator(company)


def _counters(config: Mapping[str, JsonValue], surroundings: Surroundings) -> JsonValue:
    from connectors.busy.database.counters import ask_counters  # noqa: PLC0415 - as above

    return ask_counters(config, surroundings)


CONNECTOR = Connector(
    name="busy",
    title="BUSY (17, 18, 21)",
    tap=_tap,
    translator=_translator,
    named_streams=NAMED,
    learned_types=(Item, StockGroup, Godown),
    counters=_counters,
    recognise=recognise,
    no_reports=(
        "BUSY's own reports are not read, for no layout of them is known; a master export (XML) with closing balances "
        "gives the balances and open bills of its day"
    ),
)
