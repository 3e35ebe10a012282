"""``khata sandbox write busy``: BUSY's exports and lists of invented companies."""

from __future__ import annotations

from pathlib import Path

import typer

from khata.cli.options import DocumentFormat
from khata.cli.output import write_document


def write_busy(
    folder: Path, *, vouchers: int, companies: int, seed: int, year: int, lists: bool, form: DocumentFormat
) -> None:
    """Write one folder per company: exports with truth.json, and lists, in both kinds of workbook, if wanted."""
    from sandbox.busy.exports import ListForm, write, write_lists
    from sandbox.world import build_world
    from sandbox.world.spec import WorldSpec

    files: list[str] = []
    truths: list[str] = []
    hints: list[str] = []
    for number in range(companies):
        target = folder / f"company-{number + 1}"
        spec = WorldSpec(seed=seed, vouchers=vouchers, financial_year=year, company_index=number)
        written = write(spec, target, closing=True)
        paths = list(written.paths)
        if lists:
            world = build_world(spec)
            paths += write_lists(world, target / "lists")
            paths += write_lists(world, target / "lists-xls", ListForm.XLS)
        files += [str(path) for path in paths]
        truths.append(str(written.truth_path))
        exports = " ".join(str(path) for path in written.paths)
        hints.append(f'khata import {exports} --connector busy --company "{written.truth.company}"')
    if form is DocumentFormat.JSON:
        write_document({"system": "busy", "files": files, "truth": truths})
        return
    for path in files:
        typer.echo(path)
    for hint in hints:
        typer.echo(f"Import them with: {hint}", err=True)
