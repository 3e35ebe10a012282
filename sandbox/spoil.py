"""Bad files made from a good one, for tests and for the page on errors: each breaks exactly one promise.

Every function reads ``source`` (a plain file written by ``sandbox.tally``; one element per line, so no pretty-printed
one), writes ``target`` and returns it. Nothing is held in memory, however large the files are. ``SPOILERS`` lists those
that need no further argument, by the name people use for the damage.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import MappingProxyType
from zipfile import ZipFile

from canonical.errors import RuleError
from sandbox.tally.files import open_archive_member

CHUNK = 1 << 20
GIBIBYTE = 1 << 30
MARK = "\ufeff"

_AMOUNT_LINE = re.compile(r"(<(?:AMOUNT|OPENINGBALANCE|CLOSINGBALANCE|OPENINGVALUE|VATEXPAMOUNT)>)(-?)([\d.]+)(<)")
_POSTING_AMOUNT = re.compile(r"<AMOUNT>(-?)(\d+)\.(\d\d)</AMOUNT>")


class SpoilError(RuleError):
    """The source holds nothing of the kind to be spoilt."""

    default_code = "sandbox.spoil.nothing_found"


def truncate(source: Path, target: Path, keep_percent: int = 60) -> Path:
    """Stop in the middle, as a full disk or a broken copy does: no closing tags, perhaps half a character."""
    left = source.stat().st_size * keep_percent // 100 | 1
    with source.open("rb") as read, target.open("wb") as write:
        while left and (chunk := read.read(min(CHUNK, left))):
            write.write(chunk)
            left -= len(chunk)
    return target


def shift_bytes(source: Path, target: Path) -> Path:
    """Lose the file's third byte: behind the mark of a UTF-16 file every character after it is a wrong one."""
    with source.open("rb") as read, target.open("wb") as write:
        write.write(read.read(2))
        read.read(1)
        while chunk := read.read(CHUNK):
            write.write(chunk)
    return target


def declare_wrongly(source: Path, target: Path) -> Path:
    """Put an XML declaration with a wrong encoding in front, as some editors do; the content is still readable."""

    def declared(lines: Iterator[str]) -> Iterator[str]:
        first = next(lines)
        mark = MARK if first.startswith(MARK) else ""
        yield f'{mark}<?xml version="1.0" encoding="UTF-32"?>\r\n{first.removeprefix(MARK)}'
        yield from lines

    return _rewrite(source, target, declared)


def answer_html(source: Path, target: Path) -> Path:
    """Replace the content by a web page, which is what a proxy or a cloud drive's sign-in page saves."""
    title = source.name
    target.write_text(
        f"<!DOCTYPE html>\n<html><head><title>Sign in to get {title}</title></head>\n"
        "<body><p>Your session has expired.<br>Please sign in again&nbsp;&hellip;</body></html>\n",
        encoding="utf-8",
    )
    return target


def invert_signs(source: Path, target: Path) -> Path:
    """Turn every debit into a credit and back, as home-made exporters do; each voucher still balances."""

    def inverted(lines: Iterator[str]) -> Iterator[str]:
        for line in lines:
            yield _AMOUNT_LINE.sub(lambda found: f"{found[1]}{'' if found[2] else '-'}{found[3]}{found[4]}", line)

    return _rewrite(source, target, inverted)


def unbalance(source: Path, target: Path, number: int = 1) -> Path:
    """Add one rupee to the first posting of the ``number``-th receipt: its debits and credits differ."""
    return _change_in_voucher(source, target, "Receipt", number, _add_a_rupee)


def break_amount(source: Path, target: Path, number: int = 1) -> Path:
    """Write letters where the ``number``-th receipt's first amount was."""
    return _change_in_voucher(source, target, "Receipt", number, lambda line: _swap(line, "AMOUNT", "12,3x4.5.6"))


def break_date(source: Path, target: Path, number: int = 1) -> Path:
    """Date the ``number``-th receipt the 31st of February."""
    return _change_in_voucher(source, target, "Receipt", number, lambda line: _swap(line, "DATE", "20260231"))


def bare_ampersand(source: Path, target: Path) -> Path:
    """Undo the escaping of ampersands in names, the commonest fault of hand-made files: no longer XML."""

    def unescaped(lines: Iterator[str]) -> Iterator[str]:
        for line in lines:
            yield line.replace("&amp;", "&")

    return _rewrite(source, target, unescaped)


def billion_laughs(source: Path, target: Path) -> Path:
    """Define entities that grow tenfold ten times and use the last: a few hundred bytes that mean gigabytes."""
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">\n' for n in range(1, 10))
    doctype = f'<?xml version="1.0"?>\n<!DOCTYPE ENVELOPE [\n<!ENTITY l0 "ha">\n{levels}]>\n'

    def laughing(lines: Iterator[str]) -> Iterator[str]:
        yield doctype
        for line in lines:
            yield line.removeprefix(MARK)
            if "<REPORTNAME>" in line:
                yield "<NARRATION>&l9;</NARRATION>\r\n"

    return _rewrite(source, target, laughing, codec="latin-1")


def giant_text(source: Path, target: Path, size: int = GIBIBYTE, fill: bytes = b"A") -> Path:
    """Give the first object one text of ``size`` bytes: a parser that builds trees holds it whole.

    Args:
        source: an 8-bit export.
        target: gets ``size`` bytes more than the source.
        size: bytes of text.
        fill: one byte; a zero byte leaves a hole instead, so that the file takes no room on disk.

    Raises:
        SpoilError: the source has no object, or is UTF-16.
    """
    with target.open("wb") as write:
        for piece in _with_giant(source):
            if piece is not None:
                write.write(piece)
            elif fill == bytes(1):
                write.seek(size, 1)
            else:
                write.writelines(_blocks(size, fill))
    return target


def zip_bomb(source: Path, target: Path, size: int = GIBIBYTE) -> Path:
    """Pack an export with a text of ``size`` bytes: about a thousandth of that on disk.

    Raises:
        SpoilError: the source has no object, or is UTF-16.
    """
    with ZipFile(target, "w") as archive, open_archive_member(archive, "DayBook.xml") as member:
        for piece in _with_giant(source):
            member.writelines(_blocks(size, b"A") if piece is None else (piece,))
    return target


def _with_giant(source: Path) -> Iterator[bytes | None]:
    """Yield the source's lines, and None where the giant text belongs."""
    found = False
    with source.open("rb") as read:
        for line in read:
            yield line
            if not found and b"</GUID>" in line:
                found = True
                yield b"<NARRATION>"
                yield None
                yield b"</NARRATION>\r\n"
    if not found:
        raise SpoilError(f"{source.name} has no object in 8-bit text to put a giant value into.")


def _blocks(size: int, fill: bytes) -> Iterator[bytes]:
    block = fill * CHUNK
    for _ in range(size // CHUNK):
        yield block
    yield fill * (size % CHUNK)


def lose_wrapper(source: Path, target: Path) -> Path:
    """Keep the messages and drop everything around them, as copied out of a larger file; still usable."""
    outer = ("ENVELOPE", "HEADER", "TALLYREQUEST", "BODY", "IMPORTDATA", "REQUESTDESC", "REPORTNAME")
    tags = re.compile(rf"</?(?:{'|'.join((*outer, 'STATICVARIABLES', 'SVCURRENTCOMPANY', 'REQUESTDATA'))})>")

    def inner(lines: Iterator[str]) -> Iterator[str]:
        for line in lines:
            if not tags.search(line):
                yield line

    return _rewrite(source, target, inner)


def undeclare_prefix(source: Path, target: Path) -> Path:
    """Drop the declaration of the user-defined fields' prefix, as tools that rewrite files do; still usable."""

    def undeclared(lines: Iterator[str]) -> Iterator[str]:
        for line in lines:
            yield line.replace(' xmlns:UDF="TallyUDF"', "")

    return _rewrite(source, target, undeclared)


Spoiler = Callable[[Path, Path], Path]

SPOILERS: MappingProxyType[str, Spoiler] = MappingProxyType(
    {
        "truncated": truncate,
        "shifted-bytes": shift_bytes,
        "wrong-declaration": declare_wrongly,
        "html": answer_html,
        "inverted-signs": invert_signs,
        "unbalanced": unbalance,
        "bad-amount": break_amount,
        "bad-date": break_date,
        "bare-ampersand": bare_ampersand,
        "billion-laughs": billion_laughs,
        "giant-text": giant_text,
        "zip-bomb": zip_bomb,
        "no-wrapper": lose_wrapper,
        "undeclared-prefix": undeclare_prefix,
    }
)


def _codec(source: Path) -> str:
    """Tell UTF-16 by its mark; anything else is carried through byte by byte."""
    with source.open("rb") as read:
        return "utf-16-le" if read.read(2) == b"\xff\xfe" else "latin-1"


def _rewrite(
    source: Path, target: Path, change: Callable[[Iterator[str]], Iterator[str]], *, codec: str | None = None
) -> Path:
    """Pass the lines through ``change``; the target keeps the source's encoding unless another is named."""
    with (
        source.open(encoding=_codec(source), newline="") as read,
        target.open("w", encoding=codec or _codec(source), newline="", errors="replace") as write,
    ):
        write.writelines(change(iter(read)))
    return target


def _change_in_voucher(source: Path, target: Path, kind: str, number: int, edit: Callable[[str], str]) -> Path:
    """Apply ``edit`` inside the ``number``-th voucher of a kind until it changes a line.

    Raises:
        SpoilError: there are not so many vouchers of the kind.
    """
    done = False

    def changed(lines: Iterator[str]) -> Iterator[str]:
        nonlocal done
        seen = 0
        for line in lines:
            seen += "<VOUCHER " in line and f'VCHTYPE="{kind}" ACTION="Create"' in line
            edited = edit(line) if seen == number and not done else line
            done = done or edited != line
            yield edited

    _rewrite(source, target, changed)
    if not done:
        raise SpoilError(f"{source.name} has no {kind} voucher number {number} to spoil.")
    return target


def _add_a_rupee(line: str) -> str:
    return _POSTING_AMOUNT.sub(lambda found: f"<AMOUNT>{found[1]}{int(found[2]) + 1}.{found[3]}</AMOUNT>", line)


def _swap(line: str, tag: str, value: str) -> str:
    return re.sub(rf"<{tag}>[^<]*</{tag}>", f"<{tag}>{value}</{tag}>", line)
