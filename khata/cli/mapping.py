"""``khata import FILE --map``: what do the columns mean? Proposed, shown, corrected, kept, used again."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from canonical.errors import ConfigurationError, RuleError
from khata.cli.session import Session
from khata.rendering.sheet import Sheet, count, text
from khata.rendering.terminal import open_console, print_sheet

if TYPE_CHECKING:
    from connectors.spreadsheet.mapping import SheetMapping
    from khata.files.mappings import Draft
    from workflows.summary import ImportSummary

EXAMPLE_MAX = 24
_DOCUMENT = "@document="


@dataclass(frozen=True, slots=True, kw_only=True)
class MapOptions:
    """What the command line says about the mapping."""

    name: str | None
    corrections: tuple[str, ...]
    yes: bool
    company: str | None


def import_mapped(session: Session, files: list[Path], options: MapOptions) -> ImportSummary:
    """Settle the mapping by the first file, keep it, and import the files by it.

    Raises:
        RuleError: nobody approved it, or it lacks what the list cannot do without.
        ConfigurationError: it is not said whose books they are.
    """
    from khata.cli.importing import import_with
    from khata.files.mappings import settings_of

    mapping, name = _settled(session, files[0], options)
    company = options.company or mapping.company
    if not company:
        raise ConfigurationError(
            f"{files[0].name} does not say whose books it belongs to. Name the company: --company NAME.",
            code="spreadsheet.company.missing",
        )
    kept = session.books.mappings.save(name, replace(mapping, company=company).to_json(), session.hub.clock())
    typer.echo(f"Mapping {kept.name}, version {kept.version}.", err=True)
    return import_with(session, files, connector="spreadsheet", company=company, settings=settings_of(mapping))


def _settled(session: Session, path: Path, options: MapOptions) -> tuple[SheetMapping, str]:
    from connectors.spreadsheet.mapping import changed
    from khata.files.mappings import draft_mapping

    document = next((one[len(_DOCUMENT) :] for one in options.corrections if one.startswith(_DOCUMENT)), "")
    draft = draft_mapping(session.books, path, options.name, document=document)
    mapping = changed(draft.mapping, [one for one in options.corrections if not one.startswith(_DOCUMENT)])
    draft = replace(draft, mapping=mapping)
    _show(draft)
    if not options.yes and draft.kept is None and sys.stdin.isatty():
        draft = _ask(draft)
    elif not options.yes and (draft.kept is None or document):
        raise RuleError(
            "Nobody approved this mapping yet. Run the command again with --yes if it is right, or correct it with "
            "--map-set COLUMN=FIELD.",
            code="spreadsheet.mapping.unapproved",
        )
    _require_whole(draft)
    return draft.mapping, draft.name


def _ask(draft: Draft) -> Draft:
    """Take corrections until the person is content."""
    from connectors.spreadsheet.mapping import changed

    while True:
        said = typer.prompt("Correct with COLUMN=FIELD, or press Enter to take it", default="", show_default=False)
        if not said.strip():
            return draft
        try:
            draft = replace(draft, mapping=changed(draft.mapping, [said]))
        except RuleError as error:
            typer.echo(error.message, err=True)
            continue
        _show(draft)


def _require_whole(draft: Draft) -> None:
    from connectors.spreadsheet.mapping import MappingError
    from khata.files.mappings import lacking, needed_fields

    missing, absent = draft.mapping.missing, lacking(draft.mapping, draft.columns)
    if missing:
        raise MappingError(
            f"A list of kind {draft.mapping.document} needs {needed_fields(draft.mapping.document)}; no column is "
            f"{', '.join(missing)}. Say which with --map-set COLUMN=FIELD, or that it is another list with "
            "--map-set @document=register (or outstanding, ledger, party).",
            code="spreadsheet.mapping.incomplete",
        )
    if absent:
        raise MappingError(
            f"The sheet has no column {', '.join(absent)}, which mapping {draft.name} reads. Map the sheet anew under "
            "another name: --map-as NAME.",
            code="spreadsheet.mapping.other_layout",
        )


def _show(draft: Draft) -> None:
    of_what = f"{draft.mapping.document} ({draft.mapping.of_what})"
    version = f", version {draft.kept.version}" if draft.kept else ", new"
    rows = [
        (column.header, _example(column.values), meant, *_why(draft, column.header, meant))
        for column in draft.columns
        for meant in [draft.mapping.columns.get(column.header, "")]
    ]
    sheet = Sheet(
        title=f"Mapping {draft.name}{version}: {of_what}",
        columns=(
            text("column", "Column"),
            text("example", "Example"),
            text("field", "Field"),
            count("confidence", "Sure %"),
            text("reason", "Because"),
        ),
        rows=rows,
    )
    print_sheet(sheet, open_console(sys.stderr))


def _why(draft: Draft, header: str, meant: str) -> tuple[int | None, str]:
    proposal = draft.proposals.get(header)
    if proposal is not None and proposal.field == meant:
        return (proposal.confidence if meant else None), proposal.reason
    return None, "kept" if draft.kept else "corrected"


def _example(values: Sequence[str]) -> str:
    return next((value[:EXAMPLE_MAX] for value in values if value.strip()), "")
