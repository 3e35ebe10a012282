"""Spreadsheets of no known layout: lists of bills, registers and ledgers, read by a mapping that a person has approved.

May import: ``canonical``, ``connectors.sdk``.
Start at: ``README.md``, then ``mapping.py`` (what a mapping is), ``tap.py`` (how rows are read) and ``translate/``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.sdk.base import Connector, Translator

if TYPE_CHECKING:
    from singer_sdk import Tap

    from canonical.company import Company
    from connectors.sdk.recognition import FileHead, Recognition


def _tap() -> type[Tap]:
    from connectors.spreadsheet.tap import TapSpreadsheet  # noqa: PLC0415 - singer-sdk is imported when a tap is asked for

    return TapSpreadsheet


def _translator(company: Company) -> Translator:
    from connectors.spreadsheet.translate.translator import SpreadsheetTranslator  # noqa: PLC0415 - as above

    return SpreadsheetTranslator(company)


def _recognise(head: FileHead) -> Recognition | None:
    from connectors.spreadsheet.recognition import recognise  # noqa: PLC0415 - as above

    return recognise(head)


CONNECTOR = Connector(
    name="spreadsheet",
    title="Spreadsheets (mapped)",
    tap=_tap,
    translator=_translator,
    recognise=_recognise,
    no_reports="a spreadsheet brings none",
)
