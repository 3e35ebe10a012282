"""Empty fields go before the parser sees them: what comes out of an answer is the same as with them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from connectors.tally.export.document import Document
from connectors.tally.export.limits import Limits
from connectors.tally.export.refusal import Place
from connectors.tally.export.sanitiser import Sanitiser
from connectors.tally.gateway.sparing import SparingSanitiser
from connectors.tally.tree import Node

_TAGS = st.sampled_from(("IRN", "AMOUNT", "PARTYNAME", "X1_Y"))
_TYPES = st.sampled_from(("", ' TYPE="String"', ' TYPE="Due Date"', ' TYPE="Amount" JD="1"'))
_TEXTS = st.sampled_from(("", "", " ", "12.50", "&#4; Any", "Rao &amp; Sons", '<![CDATA[<IRN TYPE="String"></IRN>]]>'))
_BLANKS = st.sampled_from(("", "\r\n", "\r\n     "))


def _element(tag: str, attributes: str, inside: str, blanks: str) -> str:
    return f"<{tag}{attributes}>{inside}</{tag}>{blanks}"


_FIELDS = st.builds(_element, _TAGS, _TYPES, _TEXTS, _BLANKS)
_LISTS = st.builds(
    _element,
    st.sampled_from(("BILLALLOCATIONS.LIST", "ADDRESS.LIST")),
    st.sampled_from(("", ' TYPE="String"')),
    st.lists(_FIELDS, max_size=4).map("".join),
    _BLANKS,
)
_VOUCHERS = st.lists(st.one_of(_FIELDS, _LISTS), max_size=12).map(
    lambda some: f'<VOUCHER VCHTYPE="Sales"><GUID>a-1</GUID>{"".join(some)}</VOUCHER>\r\n'
)


def _read(text: str, sanitiser: Sanitiser, size: int) -> list[Node]:
    raw = f"<ENVELOPE><BODY><DATA><COLLECTION>\r\n{text}</COLLECTION></DATA></BODY></ENVELOPE>".encode()
    chunks = (raw[start : start + size] for start in range(0, len(raw), size))
    return [found.node for found in Document(chunks, Place("x"), sanitiser, Limits(), is_bare=True).objects()]


@given(text=st.lists(_VOUCHERS, max_size=3).map("".join), size=st.integers(1, 400))
def test_the_objects_are_the_same(text: str, size: int) -> None:
    assert _read(text, SparingSanitiser(Place("x")), size) == _read(text, Sanitiser(Place("x")), size)


def test_an_empty_field_does_not_reach_the_parser() -> None:
    said = b'<A><IRN TYPE="String"></IRN>\r\n <B TYPE="String">x</B><C TYPE="String" JD="2"></C></A>'
    assert SparingSanitiser(Place("x")).feed(said) == b'<A><B TYPE="String">x</B><C TYPE="String" JD="2"></C></A>'
