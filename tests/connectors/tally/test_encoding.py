"""Encodings: the bytes decide, a wrong declaration does not mislead, and no character is lost on the way."""

from __future__ import annotations

import contextlib
import io
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonical.errors import SourceMalformed
from connectors.tally.export.encoding import CHUNK_BYTES, Encoding, utf8_chunks
from connectors.tally.export.refusal import Place

TEXT = "<ENVELOPE><NAME>₹ café – कावेरी ट्रेडर्स</NAME></ENVELOPE>"
ANSI = "<ENVELOPE><NAME>café – “Asha” €</NAME></ENVELOPE>"


def decode(data: bytes) -> tuple[str, Encoding]:
    encoding, place = Encoding(), Place("f.xml")

    def open_bytes() -> BinaryIO:
        return io.BytesIO(data)

    return b"".join(utf8_chunks(open_bytes, place, encoding)).decode("utf-8", "surrogatepass"), encoding


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"\xff\xfe" + TEXT.encode("utf-16-le"), "utf-16-le"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "utf-16-be"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-16-be"), "utf-16-be"),
        (b"\xff\xfe\0\0" + TEXT.encode("utf-32-le"), "utf-32-le"),
        (TEXT.encode(), "utf-8"),
        (b"\xef\xbb\xbf" + TEXT.encode(), "utf-8"),
        (("\r\n \r\n" + TEXT).encode("utf-16-le"), "utf-16-le"),
    ],
)
def test_unicode_in_every_dress(data: bytes, name: str) -> None:
    text, encoding = decode(data)
    assert (text.strip(), encoding.name, encoding.is_guessed) == (TEXT, name, False)


def test_ascii_is_what_it_is() -> None:
    text, encoding = decode(b"<ENVELOPE></ENVELOPE>")
    assert (text, encoding.name) == ("<ENVELOPE></ENVELOPE>", "ascii")


def test_the_code_page_is_a_guess() -> None:
    text, encoding = decode(ANSI.encode("cp1252"))
    assert (text, encoding.name, encoding.is_guessed) == (ANSI, "windows-1252", True)


@pytest.mark.parametrize("declared", ["windows-1252", "ISO-8859-1"])
def test_a_declared_code_page_is_no_guess(declared: str) -> None:
    written = f'<?xml version="1.0" encoding="{declared}"?>{ANSI}'
    text, encoding = decode(written.encode("cp1252"))
    assert (text, encoding.is_guessed, encoding.contradicts_declaration) == (written, False, False)


def test_another_declared_code_page_is_believed_if_nothing_speaks_against_it() -> None:
    written = '<?xml version="1.0" encoding="windows-1251"?><A>Каши</A>'
    text, encoding = decode(written.encode("cp1251"))
    assert (text, encoding.name) == (written, "cp1251")


@pytest.mark.parametrize("declared", ["utf-16", "windows-1252", "nonsense", "UTF-8"])
@pytest.mark.parametrize("actual", ["utf-8", "utf-16-le"])
def test_a_wrong_declaration_does_not_mislead(declared: str, actual: str) -> None:
    written = f'<?xml version="1.0" encoding="{declared}"?>\n{TEXT}'
    text, encoding = decode(written.encode(actual))
    agrees = actual.startswith(declared.lower()) or declared == "nonsense"
    assert (text, encoding.name, encoding.contradicts_declaration) == (written, actual, not agrees)


def test_a_few_wrong_bytes_do_not_spoil_a_utf8_file() -> None:
    data = "<A>कावेरी</A><B>caf".encode() + b"\xe9\x97</B>"
    text, encoding = decode(data)
    assert (text, encoding.name, encoding.is_guessed) == (
        "<A>कावेरी</A><B>café—</B>",
        "utf-8 with windows-1252",
        True,
    )


def test_bytes_the_code_page_leaves_undefined_are_kept() -> None:
    assert decode(b"<A>\x81\x8d\x8f\x90\x9d\xe9</A>")[0] == "<A>\x81\x8d\x8f\x90\x9dé</A>"


def test_the_first_foreign_byte_may_come_late() -> None:
    late = "<A>" + "x" * (3 * CHUNK_BYTES) + "é कावेरी"
    assert decode(late.encode())[0] == late
    assert decode(late.encode())[1].name == "utf-8"
    ansi = late.replace("कावेरी", "–")
    assert decode(ansi.encode("cp1252")) == (ansi, Encoding("windows-1252", "", is_guessed=True))


def test_half_a_character_at_the_end_is_left_to_the_parser() -> None:
    assert decode(b"\xff\xfe" + TEXT.encode("utf-16-le")[:-1])[0] == TEXT[:-1]


def test_lone_surrogates_pass_to_the_sanitiser() -> None:
    assert decode(b"\xff\xfe" + "a\ud83db".encode("utf-16-le", "surrogatepass"))[0] == "a\ud83db"


def test_impossible_utf32_is_refused() -> None:
    with pytest.raises(SourceMalformed) as caught:
        decode(b"\xff\xfe\0\0" + b"\xff\xff\xff\xff")
    assert caught.value.code == "tally.file.encoding"


@given(st.text(st.characters(codec="utf-8"), max_size=300), st.sampled_from(["utf-8", "utf-16-le", "utf-16-be"]))
def test_what_was_encoded_comes_back(text: str, name: str) -> None:
    written = f"<ENVELOPE><HEADER></HEADER><BODY>{text}</BODY></ENVELOPE><!-- {'-' * 200} -->"
    mark = {"utf-8": b"", "utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}[name]
    assert decode(mark + written.encode(name))[0] == written


@given(st.binary(max_size=400))
def test_any_bytes_give_text_or_a_refusal(data: bytes) -> None:
    with contextlib.suppress(SourceMalformed):
        assert isinstance(decode(data)[0], str)
