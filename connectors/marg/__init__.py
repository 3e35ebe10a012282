"""Marg ERP 9+: sale bills (CSV), the Corporate EDE web API and database tables, and what they mean as vouchers.

May import: ``canonical``, ``connectors.sdk``.
Start at: ``README.md``, then ``tap.py`` (what is read) and ``translate/`` (what it means).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from canonical.item import Item
from canonical.record import JsonValue
from connectors.sdk.base import Connector, Translator

if TYPE_CHECKING:
    from singer_sdk import Tap

    from canonical.company import Company
    from connectors.sdk.recognition import FileHead, Recognition


def _tap() -> type[Tap]:
    from connectors.marg.tap import TapMarg  # noqa: PLC0415 - singer-sdk is imported when a tap is asked for

    return TapMarg


def _translator(company: Company) -> Translator:
    from connectors.marg.translate.translator import MargTranslator  # noqa: PLC0415 - as above

    return MargTranslator(company)


def _recognise(head: FileHead) -> Recognition | None:
    from connectors.marg.recognition import recognise  # noqa: PLC0415 - imported when a file is looked at

    return recognise(head)


def _file_config(files: Sequence[Path], settings: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
    return {"files": [str(path) for path in files], **settings}


CONNECTOR = Connector(
    name="marg",
    title="Marg ERP 9+",
    tap=_tap,
    translator=_translator,
    learned_types=(Item,),
    recognise=_recognise,
    file_config=_file_config,
    no_reports="not read: sale bills bring none; Marg's web API or tables give balances and open bills of their day",
)
"""Items are learned too: a line of a document names its item by number only."""
