"""Cut, changed and joined files: a reading ends in records or in a refusal, never in anything else."""

from __future__ import annotations

import html
import tempfile
from datetime import timedelta
from pathlib import Path
from unittest import mock

from hypothesis import given, settings
from hypothesis import strategies as st

from canonical.errors import ConfigurationError, SourceMalformed
from connectors.tally.export.limits import Limits
from connectors.tally.export.reader import Export
from connectors.tally.export.sanitiser import mapped
from tests.connectors.tally.writing import bare_voucher, export, guid, keys, master, read, voucher

TEXT = export(
    master("LEDGER", "Asha & Söhne कावेरी", 1, extra="<GSTCLASS>&#4; Not Applicable</GSTCLASS>"),
    *(voucher(n, extra="<UDF:X.LIST DESC='x'><UDF:X>1</UDF:X></UDF:X.LIST><S>\x05</S>") for n in range(1, 6)),
    bare_voucher("9"),
)
FORMS = [TEXT.encode(), TEXT.encode("utf-16"), TEXT.encode("utf-16-be"), TEXT.encode("cp1252", "replace")]
LIMITS = Limits(text_bytes_max=4_000_000, object_bytes_max=8_000_000)
SOUP = [b"<", b">", b"&", b"]]>", b"<![CDATA[", b"<!--", b"-->", b"<?xml ", b"?>", b"</VOUCHER>", b"<VOUCHER>", b"\0"]
SOUP += [
    b"<TALLYMESSAGE>",
    b"</TALLYMESSAGE>",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"&#4;",
    b"&#xFFFF;",
    b"<!DOCTYPE x>",
    b'"',
]


def attempt(data: bytes) -> Export | SourceMalformed | ConfigurationError:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "f.xml"
        path.write_bytes(data)
        try:
            found = read(path, limits=LIMITS)
        except (SourceMalformed, ConfigurationError) as error:
            return error
        for stream in (*found.spool.counts, "companies"):
            list(found.records(stream))
        return found


@given(st.sampled_from(FORMS), st.data())
def test_a_cut_file_gives_nothing(form: bytes, data: st.DataObject) -> None:
    body = form.rstrip(b"\r\n\0")  # what follows the last tag may be missing
    end = data.draw(st.integers(0, len(body) - 2))
    outcome = attempt(form[:end])
    assert isinstance(outcome, SourceMalformed)
    assert outcome.code in {"tally.file.truncated", "tally.file.empty", "tally.file.not_tally"}
    assert outcome.code == "tally.file.truncated" or end < 40


@settings(deadline=timedelta(minutes=1))
@given(
    st.sampled_from(FORMS),
    st.lists(
        st.tuples(st.integers(0, 10_000), st.integers(0, 40), st.sampled_from(SOUP) | st.binary(max_size=8)),
        min_size=1,
        max_size=5,
    ),
)
def test_a_changed_file_gives_records_or_a_refusal(form: bytes, changes: list[tuple[int, int, bytes]]) -> None:
    for place, removed, put in changes:
        at = place % len(form)
        form = form[:at] + put + form[at + removed :]
    outcome = attempt(form)
    assert isinstance(outcome, Export | SourceMalformed | ConfigurationError)


@settings(deadline=timedelta(minutes=1))
@given(st.lists(st.sampled_from([*SOUP, *(piece.encode() for piece in TEXT.split("\r\n")), b"x", b" "]), max_size=30))
def test_any_soup_of_pieces_gives_records_or_a_refusal(pieces: list[bytes]) -> None:
    assert isinstance(attempt(b"".join(pieces)), Export | SourceMalformed | ConfigurationError)


@given(st.binary(max_size=600))
def test_any_bytes_give_a_refusal(data: bytes) -> None:
    outcome = attempt(data)
    assert isinstance(outcome, SourceMalformed)


@given(st.permutations(list(range(1, 6))), st.sampled_from(["utf-8", "utf-16", "utf-16-be"]))
def test_the_order_of_objects_changes_only_the_order_of_records(order: list[int], encoding: str) -> None:
    outcome = attempt(export(*(voucher(n) for n in order)).encode(encoding))
    assert isinstance(outcome, Export)
    assert keys(outcome) == [guid(n) for n in order]


BLANKS = " \t\r\n"
any_text = st.text(st.characters(codec=None, exclude_categories=()), max_size=40)
few_words = st.lists(st.sampled_from(["a", " ", "  ", "&", "<", "\r\n", "\x04", "\xa0", "\u0915", "b c"]), max_size=12)


@given(any_text | few_words.map("".join), st.integers(1, 9), st.sampled_from(["utf-8", "utf-16-le"]), st.booleans())
def test_what_a_person_typed_comes_back(text: str, chunk: int, encoding: str, as_references: bool) -> None:
    """Through encoding, sanitiser, parser in tiny chunks, tree and spool: all but outer blanks."""
    if encoding == "utf-8":  # has no way to write half a surrogate pair
        text = "".join(char for char in text if not 0xD800 <= ord(char) <= 0xDFFF)
    escaped = html.escape(text, quote=False).replace("\r", "&#13;")
    if as_references:
        escaped = "".join(f"&#{ord(char)};" for char in text)
    written = export(voucher(1, extra=f"<REFERENCE>{escaped}</REFERENCE>")).encode(encoding, "surrogatepass")
    mark = "\ufeff".encode(encoding)
    with mock.patch.multiple("connectors.tally.export.encoding", CHUNK_BYTES=chunk, _HEAD_BYTES=64):
        outcome = attempt(mark + written)
    assert isinstance(outcome, Export)
    (record,) = outcome.records("vouchers")
    expected = "".join(mapped(char) for char in text).strip(BLANKS)
    assert record["object"].get("REFERENCE", "") == expected
