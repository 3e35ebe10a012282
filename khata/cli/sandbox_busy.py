"""``khata sandbox write busy``: BUSY's exports and lists of invented companies."""

from __future__ import annotations

from pathlib import Path

import typer

from khata.cli.options import DocumentFormat
from khata.cli.output import write_document


def write_busy(
    folder: Path, *, vouchers: int, companies: int, seed: int, year: int, lists: bool, form: DocumentFormat
) -> None:
    """Write one folder per company: exports with truth.json, and lists if they are wanted."""
    from sandbox.busy.exports import write, write_lists
    from sandbox.world import build_world
    from sandbox.world.spec import WorldSpec

    files: list[str] = []
    truths: list[str] = []
    hints: list[str] = []
    for number in range(companies):
        target = folder / f"company-{number + 1}"
        spec = WorldSpec(seed=seed, vouchers=vouchers, financial_year=year, company_index=number)
        written = write(spec, target, closing=True)
        paths = [*written.paths, *(write_lists(build_world(spec), target / "lists") if lists else ())]
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
