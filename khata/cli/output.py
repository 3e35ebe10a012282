"""Where a report goes: the terminal, standard output, or a file, in the format that was asked for."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

from canonical.errors import ConfigurationError
from canonical.publication import Publication
from khata.rendering.files import render_csv, render_json, render_xlsx, sheet_document
from khata.rendering.publication import mark, publication_note
from khata.rendering.sheet import Format, Sheet
from khata.rendering.terminal import open_console, print_sheet


def write_sheet(sheet: Sheet, form: Format = Format.TABLE, output: Path | None = None) -> None:
    """Write a report.

    Raises:
        ConfigurationError: XLSX without ``--output`` to a terminal, or a file that cannot be written.
    """
    match form:
        case Format.TABLE if output is None:
            print_sheet(sheet, open_console())
        case Format.TABLE:
            page = io.StringIO()
            print_sheet(sheet, open_console(page))
            _write(page.getvalue().encode(), output)
        case Format.JSON:
            _write(render_json(sheet_document(sheet)).encode(), output)
        case Format.CSV:
            _write(render_csv(sheet).encode(), output)
        case Format.XLSX:
            if output is None and sys.stdout.isatty():
                raise ConfigurationError("An xlsx workbook is not text; name a file with --output FILE.xlsx.")
            _write(render_xlsx(sheet), output)


def write_figures(
    sheet: Sheet, publication: Publication, form: Format = Format.TABLE, output: Path | None = None
) -> None:
    """Write a report of figures with how far they are vouched for; what holds them back goes to standard error too.

    CSV has no place for such a remark, so programs that read it would never see it otherwise.
    """
    if publication.objections and (form is not Format.TABLE or output is not None):
        sys.stderr.write(f"khata: {publication_note(publication)}\n")
    write_sheet(mark(sheet, publication), form, output)


def write_document(document: object) -> None:
    """Write one JSON document to standard output."""
    _write(render_json(document).encode(), None)


def write_content(content: bytes, output: Path) -> None:
    """Write a file whole or not at all.

    Raises:
        ConfigurationError: it cannot be written.
    """
    _write(content, output)


def _write(content: bytes, output: Path | None) -> None:
    if output is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    try:
        _replace(output, content)
    except OSError as error:
        raise ConfigurationError(f"{output} cannot be written: {error.strerror}.") from error


def _replace(output: Path, content: bytes) -> None:
    """Write beside the target and move over it, so a reader never sees half a report."""
    beside = output.with_name(f".{output.name}.{os.getpid()}.part")
    try:
        beside.write_bytes(content)
        beside.replace(output)
    finally:
        beside.unlink(missing_ok=True)
