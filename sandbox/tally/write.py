"""Write a business as Tally file exports, with its truth beside them.

Vouchers are generated, written and added up in one pass; only masters and open bills are ever held. Masters carry
closing balances, so they are written after the vouchers, whichever file they end up in.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from sandbox.tally.files import TallyFile, open_archive_member
from sandbox.tally.master_text import iter_masters
from sandbox.tally.options import Scaffolding, TallyEncoding, TallyOptions, TallyStyle
from sandbox.tally.text import escape
from sandbox.tally.voucher_text import VoucherWriter
from sandbox.world.business import World, build_world
from sandbox.world.masters import CompanyMaster, PartyMaster
from sandbox.world.spec import WorldSpec
from sandbox.world.truth import Truth, TruthBook

MASTERS_NAME, DAY_BOOK_NAME, MIXED_NAME = "Master.xml", "DayBook.xml", "Transactions.xml"
ARCHIVE_NAME, TRUTH_NAME, SAME_PARTIES_NAME = "TallyExport.zip", "truth.json", "same_parties.json"
PROGRESS_EVERY = 1000

Progress = Callable[[int, int], None]
"""Told now and then: vouchers written, vouchers in all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenFiles:
    """What was written.

    Attributes:
        paths: the files to import, in the order to import them (masters first).
        truth_path: JSON with what an import must arrive at.
        truth: the same as values.
    """

    paths: tuple[Path, ...]
    truth_path: Path
    truth: Truth


def write(
    spec: WorldSpec,
    folder: Path,
    *,
    encoding: TallyEncoding = TallyEncoding.ASCII,
    style: TallyStyle = TallyStyle.PRIME5,
    scaffolding: Scaffolding = Scaffolding.LEAN,
    mixed: bool = False,
    zipped: bool = False,
    pretty: bool = False,
    progress: Progress | None = None,
) -> WrittenFiles:
    """Write one company's export into a folder (made if missing; files of the same names are replaced).

    Args:
        spec: seed and sizes; the same specification and options give the same bytes on any machine (an archive's
            compressed bytes may differ with the compression library, what it holds does not).
        folder: where to.
        encoding: of the files.
        style: generation of Tally releases.
        scaffolding: how many empty elements a voucher carries.
        mixed: one file with masters and vouchers instead of two.
        zipped: the files inside one archive.
        pretty: as re-saved by a pretty-printer.
        progress: called with vouchers written and vouchers in all.
    """
    options = TallyOptions(
        encoding=encoding, style=style, scaffolding=scaffolding, mixed=mixed, zipped=zipped, pretty=pretty
    )
    folder.mkdir(parents=True, exist_ok=True)
    world = build_world(spec)
    book = TruthBook(world.masters)
    paths = (
        _write_mixed(world, folder, options, book, progress)
        if mixed
        else _write_two(world, folder, options, book, progress)
    )
    if zipped:
        paths = (_zip(folder, paths),)
    truth = book.close()
    truth_path = folder / TRUTH_NAME
    truth_path.write_text(truth.to_json(encoding.spell), encoding="utf-8")
    return WrittenFiles(paths=paths, truth_path=truth_path, truth=truth)


def _write_two(
    world: World, folder: Path, options: TallyOptions, book: TruthBook, progress: Progress | None
) -> tuple[Path, ...]:
    masters_path, day_book_path = folder / MASTERS_NAME, folder / DAY_BOOK_NAME
    with TallyFile(day_book_path.open("wb"), options) as out:
        out.write(_head(world.masters.company))
        _write_vouchers(world, out, options, book, progress)
        out.write(_tail(world.masters.company, options))
    with TallyFile(masters_path.open("wb"), options) as out:
        out.write(_head(world.masters.company))
        _write_masters(world, out, options, book)
        out.write(_tail(world.masters.company, options))
    return masters_path, day_book_path


def _write_mixed(
    world: World, folder: Path, options: TallyOptions, book: TruthBook, progress: Progress | None
) -> tuple[Path, ...]:
    path, part = folder / MIXED_NAME, folder / f"{MIXED_NAME}.part"
    with TallyFile(part.open("wb"), options, start=False) as out:
        _write_vouchers(world, out, options, book, progress)
    with TallyFile(path.open("wb"), options) as out:
        out.write(_head(world.masters.company))
        _write_masters(world, out, options, book)
        out.copy(part)
        out.write(_tail(world.masters.company, options))
    part.unlink()
    return (path,)


def _write_vouchers(
    world: World, out: TallyFile, options: TallyOptions, book: TruthBook, progress: Progress | None
) -> None:
    writer = VoucherWriter(world.masters, options)
    total = world.spec.vouchers
    for voucher in world.vouchers():
        book.add(voucher)
        out.write(writer.render(voucher))
        if progress is not None and voucher.index % PROGRESS_EVERY == 0:
            progress(voucher.index, total)
    if progress is not None:
        progress(total, total)


def _write_masters(world: World, out: TallyFile, options: TallyOptions, book: TruthBook) -> None:
    for text in iter_masters(world.masters, book, options):
        out.write(text)


def _head(company: CompanyMaster) -> str:
    """Open the envelope; Tally names the report "All Masters" even in day books."""
    return (
        "<ENVELOPE>\n <HEADER>\n  <TALLYREQUEST>Import Data</TALLYREQUEST>\n </HEADER>\n <BODY>\n  <IMPORTDATA>\n"
        "   <REQUESTDESC>\n    <REPORTNAME>All Masters</REPORTNAME>\n    <STATICVARIABLES>\n"
        f"     <SVCURRENTCOMPANY>{escape(company.name)}</SVCURRENTCOMPANY>\n    </STATICVARIABLES>\n"
        "   </REQUESTDESC>\n   <REQUESTDATA>\n"
    )


def _tail(company: CompanyMaster, options: TallyOptions) -> str:
    remote = ""
    if options.style.release.remote_company:
        remote = (
            '    <TALLYMESSAGE xmlns:UDF="TallyUDF">\n     <COMPANY>\n      <REMOTECMPINFO.LIST MERGE="Yes">\n'
            f"       <NAME>{company.guid}</NAME>\n       <REMOTECMPNAME>{escape(company.name)}</REMOTECMPNAME>\n"
            f"       <REMOTECMPSTATE>{company.state}</REMOTECMPSTATE>\n      </REMOTECMPINFO.LIST>\n"
            "     </COMPANY>\n    </TALLYMESSAGE>\n"
        )
    return f"{remote}   </REQUESTDATA>\n  </IMPORTDATA>\n </BODY>\n</ENVELOPE>\n"


def _zip(folder: Path, paths: tuple[Path, ...]) -> Path:
    archive_path = folder / ARCHIVE_NAME
    with ZipFile(archive_path, "w") as archive:
        for path in paths:
            with open_archive_member(archive, path.name) as member, path.open("rb") as source:
                while chunk := source.read(1 << 20):
                    member.write(chunk)
            path.unlink()
    return archive_path


def write_companies(spec: WorldSpec, folder: Path, companies: int = 2, **options: Any) -> tuple[WrittenFiles, ...]:
    """Write several companies of one seed, each into a sub-folder, and which of their parties are the same entities.

    Args:
        spec: of the first company; the others differ in ``company_index`` only.
        folder: holds ``company-1`` and so on, and ``same_parties.json``.
        companies: how many.
        options: as for ``write``.
    """
    specs = [replace(spec, company_index=spec.company_index + number) for number in range(companies)]
    written = tuple(write(each, folder / f"company-{number + 1}", **options) for number, each in enumerate(specs))
    spell = options.get("encoding", TallyEncoding.ASCII).spell
    rows = same_parties([build_world(each) for each in specs])
    document = [{**row, "ledgers": {spell(k): spell(v) for k, v in row["ledgers"].items()}} for row in rows]
    text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    (folder / SAME_PARTIES_NAME).write_text(text, encoding="utf-8")
    return written


def same_parties(worlds: list[World]) -> list[dict[str, Any]]:
    """List the entities that occur in more than one company, with their ledgers and what they have in common.

    Returns:
        One row per entity: ``entity``, ``ledgers`` (company name to ledger name) and ``evidence``: ``gstin`` where all
        registrations are equal, else ``pan`` where all PANs are, else ``name``.
    """
    found: dict[str, dict[str, PartyMaster]] = {}
    for world in worlds:
        for party in world.masters.parties:
            found.setdefault(party.entity, {})[world.masters.company.name] = party
    return [
        {
            "entity": entity,
            "ledgers": {company: party.name for company, party in parties.items()},
            "evidence": _evidence(list(parties.values())),
        }
        for entity, parties in found.items()
        if len(parties) > 1
    ]


def _evidence(parties: list[PartyMaster]) -> str:
    for field in ("gstin", "pan"):
        values = {getattr(party, field) for party in parties}
        if len(values) == 1 and values != {""}:
            return field
    return "name"
