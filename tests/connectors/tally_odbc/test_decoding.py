"""Values of a driver to Tally's text: exact, or refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sdk.odbc.child import decode_ladder, encode_value
from connectors.tally.odbc.decoding import UndecodableError, decode
from connectors.tally.odbc.tables import ValueKind
from connectors.tally.translate.values import parse_amount

K = ValueKind


def through(value: object, kind: ValueKind) -> str:
    """As it travels: encoded by the child, decoded by us."""
    return decode(encode_value(value), kind).text


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (None, K.AMOUNT, ""),
        ("", K.AMOUNT, ""),
        ("   ", K.TEXT, ""),
        ("  Asha Stores ", K.TEXT, "Asha Stores"),
        ("\x04 Primary", K.TEXT, "\ue004 Primary"),
        ("a\x03b\tc\r\nd", K.TEXT, "a\ue003b\tc\r\nd"),
        (-12.1, K.AMOUNT, "-12.10"),
        (0.1 + 0.2, K.AMOUNT, "0.30"),
        (1234.5678, K.AMOUNT, "1234.5678"),
        (0.0, K.AMOUNT, "0.00"),
        (Decimal("-14632571.18"), K.AMOUNT, "-14632571.18"),
        (7, K.AMOUNT, "7"),
        ("-12.50", K.AMOUNT, "-12.50"),
        ("1,46,32,571.18 Dr", K.AMOUNT, "-14632571.18"),
        ("1,46,32,571.18 Cr", K.AMOUNT, "14632571.18"),
        ("(-)3.00", K.AMOUNT, "-3.00"),
        ("$ 100.00 @ Rs. 83.00/$ = Rs. 8300.00", K.AMOUNT, "$ 100.00 @ Rs. 83.00/$ = Rs. 8300.00"),
        ("Yes", K.LOGICAL, "Yes"),
        (1, K.LOGICAL, "Yes"),
        (0.0, K.LOGICAL, "No"),
        (True, K.LOGICAL, "Yes"),
        (False, K.LOGICAL, "No"),
        ("no", K.LOGICAL, "No"),
        (date(2025, 4, 1), K.DATE, "20250401"),
        (datetime(2025, 4, 1, tzinfo=UTC).replace(tzinfo=None), K.DATE, "20250401"),
        ("2025-04-01 00:00:00.000", K.DATE, "20250401"),
        ("1-Apr-25", K.DATE, "1-Apr-25"),
        ("20250401", K.DATE, "20250401"),
        (31.0, K.NUMBER, "31"),
        (146533, K.NUMBER, "146533"),
        ("12 Nos", K.QUANTITY, "12 Nos"),
        (12.5, K.QUANTITY, "12.5"),
        (1e3, K.QUANTITY, "1000"),
        (b"Caf\xe9\x00", K.TEXT, "Café"),
        (560001, K.TEXT, "560001"),
    ],
)
def test_forms_that_are_known(value: object, kind: ValueKind, text: str) -> None:
    assert through(value, kind) == text


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("twelve", K.AMOUNT),
        ("-5.00 Dr", K.AMOUNT),
        (float("nan"), K.AMOUNT),
        (float("inf"), K.NUMBER),
        (12345678901234.56, K.AMOUNT),
        (True, K.AMOUNT),
        (date(2025, 4, 1), K.AMOUNT),
        (45747, K.DATE),
        (datetime(2025, 3, 31, 18, 30, tzinfo=UTC).replace(tzinfo=None), K.DATE),
        ("2025-03-31 18:30:00", K.DATE),
        (time(1, 2), K.DATE),
        (2, K.LOGICAL),
        ("perhaps", K.LOGICAL),
        (b"1.0", K.AMOUNT),
        (object(), K.TEXT),
    ],
)
def test_what_would_be_a_guess_is_refused(value: object, kind: ValueKind) -> None:
    with pytest.raises(UndecodableError):
        through(value, kind)


@given(st.integers(-(10**12), 10**12))
def test_amounts_survive_the_driver_s_binary_fractions(paise: int) -> None:
    """Whatever Tally holds in paise comes back exactly, as number, fraction or text, with its side."""
    exact = Decimal(paise).scaleb(-2)
    for form in (float(exact), exact, str(exact)):
        amount = parse_amount(through(form, K.AMOUNT))
        assert amount is not None
        assert amount.net == -exact


@given(st.text())
def test_eight_bit_text_is_never_lost(text: str) -> None:
    if not any("\ud800" <= letter <= "\udfff" for letter in text):
        assert decode_ladder(text.encode())[0] == text


@given(st.binary())
def test_eight_bit_text_is_always_text(raw: bytes) -> None:
    text, length = decode_ladder(raw)
    assert length == len(raw)
    assert isinstance(text, str)


def test_text_as_long_as_its_column_may_have_been_cut() -> None:
    name = "Shree Venkateshwara Traders and"
    assert decode(name, K.TEXT, len(name)).is_cut
    assert not decode(name, K.TEXT, len(name) + 1).is_cut
    assert not decode(name, K.TEXT, 0).is_cut
    assert not decode("560001", K.TEXT, 6).is_cut, "codes fill their columns by nature"


KINDS = st.sampled_from(list(ValueKind))
VALUES = st.one_of(
    st.none(), st.text(), st.integers(), st.floats(), st.decimals(), st.booleans(), st.dates(), st.binary()
)


@given(VALUES, KINDS)
def test_anything_is_text_or_refused(value: Any, kind: ValueKind) -> None:
    try:
        text = through(value, kind)
    except UndecodableError:
        return
    assert isinstance(text, str)
    assert not any(ord(letter) < 0x20 and letter not in "\t\r\n" for letter in text)
