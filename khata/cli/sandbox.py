"""``khata sandbox``: invented books of any size, as files with their exact truth or served as their system does."""

from __future__ import annotations

import gc
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from khata.cli import sandbox_marg, sandbox_web
from khata.cli.options import DocumentFormat, SummaryFormat
from khata.cli.output import write_document
from khata.cli.sandbox_serving import served, turn_switches

if TYPE_CHECKING:
    from sandbox.tally.gateway import Faults

app = typer.Typer(help="Invented books with known truth, for trying things out.", no_args_is_help=True)


class SandboxSystem(StrEnum):
    """Systems the sandbox can write for."""

    TALLY = "tally"
    BUSY = "busy"
    MARG = "marg"


class ServedSystem(StrEnum):
    """Systems the sandbox can imitate."""

    TALLY = "tally"
    ZOHO = "zoho"
    QUICKBOOKS = "quickbooks"
    MARG = "marg"


class FileEncoding(StrEnum):
    """Encodings of Tally exports."""

    UNICODE = "unicode"
    ASCII = "ascii"
    UTF8 = "utf-8"


class FileStyle(StrEnum):
    """Generations of Tally releases."""

    ERP9 = "erp9"
    PRIME2 = "prime2"
    PRIME3 = "prime3"
    PRIME5 = "prime5"


class FileScaffolding(StrEnum):
    """How much of Tally's empty structure the files carry."""

    LEAN = "lean"
    USUAL = "usual"
    FULL = "full"


@app.command()
def write(  # noqa: PLR0917 - one parameter per option, given by name
    system: Annotated[SandboxSystem, typer.Argument(help="Accounting system to write for.")],
    folder: Annotated[Path, typer.Option("--output", "-o", metavar="FOLDER", help="Where the files go.")] = Path(
        "sandbox-export"
    ),
    vouchers: Annotated[int, typer.Option("--vouchers", min=0, help="How many vouchers.")] = 2000,
    companies: Annotated[int, typer.Option("--companies", min=1, max=9, help="How many companies of this seed.")] = 1,
    seed: Annotated[int, typer.Option("--seed", help="The same seed writes the same books.")] = 42,
    year: Annotated[int, typer.Option("--year", help="Calendar year the financial year starts in.")] = 2025,
    encoding: Annotated[FileEncoding, typer.Option("--encoding", help="Encoding of the files.")] = FileEncoding.UNICODE,
    style: Annotated[FileStyle, typer.Option("--style", help="Generation of Tally releases.")] = FileStyle.PRIME5,
    scaffolding: Annotated[
        FileScaffolding, typer.Option("--scaffolding", help="How many empty elements a voucher carries.")
    ] = FileScaffolding.USUAL,
    mixed: Annotated[bool, typer.Option("--mixed", help="Masters and vouchers in one file.")] = False,
    zipped: Annotated[bool, typer.Option("--zip", help="The files inside one archive.")] = False,
    lists: Annotated[
        bool, typer.Option("--lists", help="busy: also its lists of vouchers as workbooks, .xlsx and .xls.")
    ] = False,
    form: SummaryFormat = DocumentFormat.TABLE,
) -> None:
    """Write the exports of invented companies, and beside them truth.json with what an import must arrive at.

    tally: masters and day books. busy: XML exports, and lists where asked. marg: sale bills, those we sold and those we
    bought. The options of form are Tally's.
    """
    if system is SandboxSystem.BUSY:
        from khata.cli.sandbox_busy import write_busy

        write_busy(folder, vouchers=vouchers, companies=companies, seed=seed, year=year, lists=lists, form=form)
        return
    if system is SandboxSystem.MARG:
        sandbox_marg.write_marg(folder, vouchers=vouchers, companies=companies, seed=seed, year=year, form=form)
        return
    from sandbox.tally import Scaffolding, TallyEncoding, TallyStyle, write_companies
    from sandbox.world.spec import WorldSpec

    written = write_companies(
        WorldSpec(seed=seed, vouchers=vouchers, financial_year=year),
        folder,
        companies,
        encoding=TallyEncoding(encoding.value),
        style=TallyStyle(style.value),
        scaffolding=Scaffolding(scaffolding.value),
        mixed=mixed,
        zipped=zipped,
    )
    files = [str(path) for company in written for path in company.paths]
    if form is DocumentFormat.JSON:
        write_document({"system": system.value, "files": files, "truth": [str(one.truth_path) for one in written]})
        return
    for path in files:
        typer.echo(path)
    typer.echo(f"Import them with: khata import {' '.join(files)}", err=True)


@app.command()
def serve(  # noqa: PLR0917 - one parameter per option, given by name
    system: Annotated[ServedSystem, typer.Argument(help="Accounting system to imitate.")],
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port on loopback; 0 takes a free one.")] = 9000,
    vouchers: Annotated[int, typer.Option("--vouchers", min=0, help="How many vouchers each company has.")] = 2000,
    companies: Annotated[int, typer.Option("--companies", min=1, max=9, help="How many companies are open.")] = 1,
    seed: Annotated[int, typer.Option("--seed", help="The same seed makes the same books.")] = 42,
    fault: Annotated[
        list[str] | None,
        typer.Option("--fault", metavar="NAME[=VALUE]", help="Something that goes wrong; may be given several times."),
    ] = None,
    list_faults: Annotated[bool, typer.Option("--list-faults", help="Say what can go wrong, and end.")] = False,
) -> None:
    """Run a fake of an accounting system on loopback until it is interrupted.

    tally: the gateway with HTTP, XML and JSON, as TallyPrime answers. zoho, quickbooks: the accounting API of Zoho
    Books or QuickBooks Online with its sign-in; how to sign in is said on standard error. marg: the EDE web API, a
    branch for each company.
    """
    switches, known = _switches(system)
    if list_faults:
        for name, value in known:
            typer.echo(f"{name}={value}")
        return
    turn_switches(switches, fault or [])
    told: dict[str, Any] = {"port": port, "companies": companies, "seed": seed, "switches": switches}
    match system:
        case ServedSystem.TALLY:
            _serve_tally(**told, vouchers=vouchers)
        case ServedSystem.ZOHO:
            sandbox_web.serve_zoho(**told, vouchers=vouchers)
        case ServedSystem.QUICKBOOKS:
            sandbox_web.serve_quickbooks(**told, documents=vouchers)
        case ServedSystem.MARG:
            sandbox_marg.serve_marg(**told, vouchers=vouchers)


def _switches(system: ServedSystem) -> tuple[Any, list[tuple[str, str]]]:
    """The faults of a system's fake, all healthy, and what can be turned."""
    if system is ServedSystem.TALLY:
        from sandbox.tally.gateway import faults as gateway

        return gateway.Faults(), gateway.list_switches()
    from sandbox.web import faults as web

    return web.Faults(), web.list_switches()


def _serve_tally(*, port: int, vouchers: int, companies: int, seed: int, switches: Faults) -> None:
    from sandbox.tally.books import build_books, specs_for
    from sandbox.tally.gateway import serve as serve_gateway

    books = build_books(specs_for(companies, vouchers=vouchers, seed=seed))
    gc.freeze()  # millions of objects that stay: no collection has to walk over them while answers are written
    with served(serve_gateway(books, switches, port=port), "Tally", port) as running:
        typer.echo(running.url)
        for company in books.companies:
            typer.echo(f"{company.name}: {vouchers} vouchers", err=True)
