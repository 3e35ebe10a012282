"""The sanitiser: illegal characters are mapped, legal ones never lost, wherever the chunks are split."""

from __future__ import annotations

import html
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from canonical.errors import SourceMalformed
from connectors.tally.export.refusal import Place
from connectors.tally.export.sanitiser import Sanitiser, is_legal, mapped, restore


def sanitise(text: bytes, *cuts: int) -> bytes:
    sanitiser = Sanitiser(Place("f.xml"))
    points = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    return b"".join(sanitiser.feed(text[a:b]) for a, b in pairwise(points)) + sanitiser.finish()


def parse(text: bytes) -> str:
    element = etree.fromstring(b"<r>" + text + b"</r>", etree.XMLParser(huge_tree=True, encoding="utf-8"))
    return element.text or ""


def as_written(text: str) -> bytes:
    """Text as sloppy programs write it: forbidden characters raw, only markup escaped."""
    return html.escape(text, quote=False).encode("utf-8", "surrogatepass")


any_text = st.text(st.characters(codec=None, exclude_categories=()), max_size=60)
cuts = st.lists(st.integers(0, 200), max_size=6)
_PIECES = (
    "& # x 4 ; 0 &#4; &#x1F; &amp; &nbsp; < ! - ? > [CDATA[ ]] a é &#65; &#0000004; &#55357; &bogus; "
    "<!-- --> <? ?> <![CDATA[ ]]>"
).split(" ")
soup = st.lists(st.sampled_from([*_PIECES, " ", "\n", "\x03", "\ufffe", "\uffff"]), max_size=25).map("".join)


@given(any_text, cuts)
def test_every_character_survives_raw(text: str, where: list[int]) -> None:
    expected = "".join(mapped(char) for char in text).replace("\r\n", "\n").replace("\r", "\n")
    assert parse(sanitise(as_written(text), *where)) == expected


@given(any_text, cuts)
def test_every_character_survives_as_a_reference(text: str, where: list[int]) -> None:
    written = "".join(f"&#{ord(char)};" if i % 2 else f"&#x{ord(char):X};" for i, char in enumerate(text)).encode()
    assert parse(sanitise(written, *where)) == "".join(mapped(char) for char in text)


@given(st.text(st.characters(codec=None, exclude_categories=["Co"]), max_size=40))
def test_the_mapping_can_be_undone(text: str) -> None:
    assert restore("".join(mapped(char) for char in text)) == text
    assert all(is_legal(ord(char)) for mark in text for char in mapped(mark))


@given(soup, cuts)
def test_the_output_does_not_depend_on_the_chunks(text: str, where: list[int]) -> None:
    written = text.encode()
    assert sanitise(written, *where) == sanitise(written) == sanitise(written, *range(len(written)))


@given(st.text(st.characters(min_codepoint=32, exclude_characters="<&", exclude_categories=["Cs"]), max_size=50), cuts)
def test_clean_text_passes_unchanged(text: str, where: list[int]) -> None:
    written = text.replace("\ufffe", "").replace("\uffff", "").encode()
    assert sanitise(written, *where) == written


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("&#4; Primary", "\ue004 Primary"),
        ("&#x4; Primary", "\ue004 Primary"),
        ("&#0004; Primary", "\ue004 Primary"),
        ("a\x03b\x05c", "a\ue003b\ue005c"),
        ("&#13;&#10;", "&#13;&#10;"),
        ("A &amp; B &lt; C", "A &amp; B &lt; C"),
        ("A & B", "A &amp; B"),
        ("A&B;", "A&amp;B;"),
        ("&", "&amp;"),
        ("&&#4;&", "&amp;\ue004&amp;"),
        ("&#;", "&amp;#;"),
        ("&#xZ;", "&amp;#xZ;"),
        ("&#1114112;", "&amp;#1114112;"),
        ("10&nbsp;kg", "10&#160;kg"),
        ("&LT;", "&#60;"),
        ("<!-- &#4; & -->x", "x"),
        ("<?xml version='1.0' encoding='x'?><A/>", "<A/>"),
        ("<![CDATA[&#4; & <b> \x04]]>&#4;", "<![CDATA[&#4; & <b> \ue004]]>\ue004"),
    ],
)
def test_what_is_written_and_what_comes_out(written: str, expected: str) -> None:
    assert sanitise(written.encode()).decode() == expected


MARKED_UP = "<A>&#4;<![CDATA[&#4;\uffff]]>&amp;b & c<!-- x--></A><?p ?>\uffff&nbsp;<B/>".encode()


@pytest.mark.parametrize("cut", range(1, len(MARKED_UP)))
def test_marked_up_text_may_be_split_anywhere(cut: int) -> None:
    assert sanitise(MARKED_UP, cut) == sanitise(MARKED_UP)


def test_lines_are_kept_where_a_comment_was() -> None:
    assert sanitise(b"<A><!-- one\ntwo\n--></A>") == b"<A>\n\n</A>"


def test_bare_ampersands_are_counted_and_placed() -> None:
    place = Place("f.xml")
    sanitiser = Sanitiser(place)
    place.byte = 8
    sanitiser.feed(b"<A>x & y")
    sanitiser.finish()
    assert (sanitiser.bare_ampersands, sanitiser.first_bare_ampersand) == (1, "byte 5")


@pytest.mark.parametrize("text", [b"<!DOCTYPE r [", b"<!doctype r>", b'<!ENTITY a "b">'])
@pytest.mark.parametrize("cut", range(1, 9))
def test_declarations_are_refused_however_they_are_split(text: bytes, cut: int) -> None:
    with pytest.raises(SourceMalformed) as caught:
        sanitise(text, cut)
    assert caught.value.code == "tally.file.doctype"


def test_a_declaration_inside_data_is_data() -> None:
    assert sanitise(b"<![CDATA[<!DOCTYPE x>]]><!-- <!ENTITY -->") == b"<![CDATA[<!DOCTYPE x>]]>"


@pytest.mark.parametrize("text", [b"<!-- open", b"<![CDATA[ open", b"<?pi open"])
def test_an_end_inside_a_construct_is_told(text: bytes) -> None:
    sanitiser = Sanitiser(Place("f.xml"))
    sanitiser.feed(text)
    sanitiser.finish()
    assert sanitiser.is_open
