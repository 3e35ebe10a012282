"""Marg in the sandbox: sale bills as files, and the EDE web API as ``khata sandbox serve`` runs it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from khata.cli.options import DocumentFormat
from khata.cli.output import write_document
from khata.cli.sandbox_serving import served

if TYPE_CHECKING:
    from sandbox.marg import Branch
    from sandbox.web import Faults


def write_marg(folder: Path, *, vouchers: int, companies: int, seed: int, year: int, form: DocumentFormat) -> None:
    """Write the sale bills of invented companies: a folder for what each sold, one for what it bought.

    Args:
        folder: where; of several companies each has a folder of its own in it.
        vouchers: of the world each is made from; those that are no bills leave no trace.
        companies: how many.
        seed: the same seed writes the same bills.
        year: calendar year the financial year starts in.
        form: of what is said on standard output.
    """
    from sandbox.marg import write_bills
    from sandbox.world.spec import WorldSpec

    written = []
    for number in range(companies):
        place = folder if companies == 1 else folder / f"company-{number + 1}"
        spec = WorldSpec(seed=seed, vouchers=vouchers, financial_year=year, company_index=number)
        place.mkdir(parents=True, exist_ok=True)
        written.append(write_bills(spec, place))
    files = [str(bill.path) for one in written for bill in (*one.sold, *one.bought)]
    if form is DocumentFormat.JSON:
        write_document({"system": "marg", "files": files, "truth": [str(one.truth_path) for one in written]})
        return
    for path in files:
        typer.echo(path)
    place = folder if companies == 1 else folder / "company-1"
    typer.echo(f"Import what was bought with: khata import {place / 'bought'} --connector marg", err=True)


def serve_marg(*, port: int, vouchers: int, companies: int, seed: int, switches: Faults) -> None:
    """Run a fake EDE web API on loopback until it is interrupted.

    Its time begins on the last evening of the books, if that is past, and goes on: what Marg says of balances
    and open bills is said of the books as they stand, and books that had ended long ago would fit no day.

    Args:
        port: 0 takes a free one.
        vouchers: of the world each branch is made from.
        companies: how many branches the company code has.
        seed: the same seed makes the same books.
        switches: what goes wrong.
    """
    from sandbox.marg import DEMO, MargApp, build_branches
    from sandbox.web import TickingClock, serve

    branches = build_branches(companies, vouchers=vouchers, seed=seed)
    keys = {
        "company_code": DEMO.company_code,
        "marg_key": DEMO.marg_key,
        "decryption_key": DEMO.decryption_key,
    }
    app = MargApp(branches, TickingClock(_last_evening(branches)))
    with served(serve(app, switches, port=port), "Marg EDE", port) as running:
        typer.echo(running.url)
        for one in branches:
            typer.echo(f"{one.masters['Name']}: branch {one.number}, GSTIN {one.truth.gstin}", err=True)
        typer.echo(f"keys, for khata connect marg --keys-file: {json.dumps(keys)}", err=True)


def _last_evening(branches: Sequence[Branch]) -> datetime:
    from sandbox.marg.branch import end_of

    return min(datetime.now(UTC), *(end_of(one.world) for one in branches))
