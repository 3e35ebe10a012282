"""Write a business as BUSY's XML exports, with its truth beside them.

Vouchers are generated, written and added up in one pass, into one part per kind, because BUSY writes one container
after the other; only masters and open bills are held. What BUSY has no voucher for (memoranda, reversing journals,
provisional ones) and what is dated after the year, which is another database there, is left out of files and truth.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sandbox.busy.chart import voucher_type
from sandbox.busy.exports.codes import ExportCodes
from sandbox.busy.exports.master_text import MasterWriter, version
from sandbox.busy.exports.text import DECLARATION, ENCODING, dmy, kept, leaf
from sandbox.busy.exports.voucher_text import CONTAINERS, VoucherWriter
from sandbox.world.business import World, build_world
from sandbox.world.spec import WorldSpec
from sandbox.world.truth import Truth, TruthBook
from sandbox.world.vouchers import Voucher

MASTERS_NAME, VOUCHERS_NAME, CLOSING_NAME, TRUTH_NAME = "Masters.DAT", "TR.DAT", "Closing.DAT", "truth.json"
PROGRESS_EVERY = 1000
Progress = Callable[[int, int], None]
"""Told now and then: vouchers looked at, vouchers in all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenExports:
    """What was written.

    Attributes:
        paths: the files to import, masters first.
        truth_path: JSON with what an import must arrive at.
        truth: the same as values.
        left_out: vouchers BUSY cannot hold or keeps elsewhere.
    """

    paths: tuple[Path, ...]
    truth_path: Path
    truth: Truth
    left_out: int


def busy_type(voucher: Voucher, world: World) -> int | None:
    """BUSY's number of a voucher's type, None where this year's database cannot hold it."""
    if voucher.is_optional or voucher.day > world.spec.last_day:
        return None
    return voucher_type(voucher.kind, has_goods=bool(voucher.items))


def write(spec: WorldSpec, folder: Path, *, closing: bool = False, progress: Progress | None = None) -> WrittenExports:
    """Write one company's exports into a folder (made if missing; files of the same names are replaced).

    Args:
        spec: seed and sizes; the same specification gives the same bytes on any machine.
        folder: where to.
        closing: also a master export with ``ClosingBalDate``: balances and pending bills of the last day.
        progress: called while writing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    world = build_world(spec)
    codes, book = ExportCodes(world.masters), TruthBook(world.masters)
    left_out, used = _write_vouchers(world, folder, codes, book, progress)
    masters = MasterWriter(world.masters, codes)
    _join(world, folder, [masters.accounts(used, with_bills=False)])
    truth = book.close()
    paths = [folder / MASTERS_NAME, folder / VOUCHERS_NAME]
    _write_masters(world, paths[0], masters)
    if closing:
        paths.append(folder / CLOSING_NAME)
        _write_masters(world, paths[-1], MasterWriter(world.masters, codes, truth), as_of=dmy(truth.as_of))
    truth_path = folder / TRUTH_NAME
    truth_path.write_text(truth.to_json(kept), encoding="utf-8")
    return WrittenExports(paths=tuple(paths), truth_path=truth_path, truth=truth, left_out=left_out)


def _part(folder: Path, kind: int) -> Path:
    return folder / f"{VOUCHERS_NAME}.{kind}.part"


def _write_vouchers(
    world: World, folder: Path, codes: ExportCodes, book: TruthBook, progress: Progress | None
) -> tuple[int, list[str]]:
    writer = VoucherWriter(world.masters, codes)
    used: dict[str, None] = {}
    left_out = 0
    with ExitStack() as stack:
        parts: dict[int, IO[str]] = {}
        for voucher in world.vouchers():
            if progress is not None and voucher.index % PROGRESS_EVERY == 0:
                progress(voucher.index, world.spec.vouchers)
            kind = busy_type(voucher, world)
            if kind is None:
                left_out += 1
                continue
            if kind not in parts:
                path = _part(folder, kind)
                parts[kind] = stack.enter_context(path.open("w", encoding=ENCODING, errors="replace", newline=""))
            book.add(voucher)
            used |= dict.fromkeys(ledger for ledger, _ in voucher.postings)
            parts[kind].write(writer.render(voucher, kind))
    return left_out, list(used)


def _join(world: World, folder: Path, masters: list[str]) -> None:
    """One line: every kind in its container, then the masters the vouchers use, then the version."""
    with (folder / VOUCHERS_NAME).open("w", encoding=ENCODING, errors="replace", newline="") as out:
        out.write(_opening(world))
        for kind, (container, _, _) in CONTAINERS.items():
            path = _part(folder, kind)
            if path.exists():
                out.write(f"<{container}>")
                with path.open(encoding=ENCODING, newline="") as part:
                    while text := part.read(1 << 20):
                        out.write(text)
                out.write(f"</{container}>")
                path.unlink()
        out.write("".join(masters) + version() + "</BusyData>")


def _write_masters(world: World, path: Path, masters: MasterWriter, as_of: str = "") -> None:
    body = (leaf("ClosingBalDate", as_of), masters.groups(), masters.accounts(), masters.items(), masters.trailer())
    with path.open("w", encoding=ENCODING, errors="replace", newline="") as out:
        out.write(_opening(world) + "".join(body) + version() + "</BusyData>")


def _opening(world: World) -> str:
    return f'{DECLARATION}<BusyData FinYear="{dmy(world.spec.first_day)}">'
