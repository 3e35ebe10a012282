"""Tally's text and the messages it makes: whole, harmless, and readable whatever wraps them."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonical.errors import ConfigurationError, SourceMalformed
from connectors.tally.tdl import EventHint, EventKind, parse_event, render_tdl
from connectors.tally.tdl.event import BYTES_MAX
from connectors.tally.tdl.text import read_tdl

COMPANY = "11111111-2222-4333-8444-555555555555"
MESSAGE = (
    "<ENVELOPE><KHATAEVENT><KHATAKIND>saved</KHATAKIND><KHATAOBJECT>Voucher</KHATAOBJECT>"
    "<KHATACOMPANY>Kaveri &amp; Sons आशा</KHATACOMPANY>"
    f"<KHATACOMPANYGUID>{COMPANY.upper()}</KHATACOMPANYGUID>"
    '<KHATAMASTERID TYPE="Number"> 4711</KHATAMASTERID><KHATAALTERID>8150</KHATAALTERID>'
    "<KHATATOKEN>t-1</KHATATOKEN></KHATAEVENT></ENVELOPE>"
)
HINT = EventHint(
    kind=EventKind.SAVED,
    object_type="Voucher",
    company_guid=COMPANY,
    company_name="Kaveri & Sons आशा",
    master_id=4711,
    alter_id=8150,
    token="t-1",
)


def code() -> str:
    """The text without comments."""
    return re.sub(r"(?m)^\s*;;.*$", "", read_tdl())


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8", "utf-8-sig"])
def test_a_message_is_read_in_every_encoding_of_tally(encoding: str) -> None:
    assert parse_event(MESSAGE.encode(encoding), f"text/xml;charset={encoding}") == HINT


def test_an_eight_bit_message_is_read_too() -> None:
    assert parse_event(MESSAGE.replace("आशा", "Café").encode("cp1252")).company_name == "Kaveri & Sons Café"


@pytest.mark.parametrize("said", ["application/x-www-form-urlencoded", "text/plain", "", "application/json"])
def test_our_tags_are_found_whatever_the_request_says_it_is(said: str) -> None:
    assert parse_event(MESSAGE.encode("utf-16-le"), said) == HINT


def test_a_form_says_the_same() -> None:
    fields = {
        "kind": "saved",
        "object": "Voucher",
        "company": HINT.company_name,
        "company_guid": COMPANY,
        "master_id": "4711",
        "alter_id": "8150",
        "token": "t-1",
    }
    assert parse_event(urlencode(fields).encode(), "application/x-www-form-urlencoded; charset=utf-8") == HINT


def test_the_object_s_guid_follows_from_its_number() -> None:
    assert HINT.object_guid == f"{COMPANY}-00001267"
    assert EventHint(kind=EventKind.DELETED).object_guid == ""


def test_fields_that_are_empty_or_nonsense_are_not_said() -> None:
    hint = parse_event(
        b"<KHATAKIND>deleted</KHATAKIND><KHATAMASTERID></KHATAMASTERID><KHATAALTERID>x</KHATAALTERID>"
        b"<KHATACOMPANYGUID>&lt;script&gt;</KHATACOMPANYGUID>"
    )
    assert hint == EventHint(kind=EventKind.DELETED)


def test_a_word_of_a_newer_text_is_still_a_reason_to_look() -> None:
    assert parse_event(b"<KHATAKIND>renumbered</KHATAKIND>").kind is EventKind.OTHER


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", ""),
        (b"<ENVELOPE/>", "text/xml"),
        (MESSAGE.encode() + b" " * BYTES_MAX, "text/xml"),
        (b"a=1&" * 100, "application/x-www-form-urlencoded"),
        (b"<KHATAKIND>saved", "text/xml"),
    ],
)
def test_what_is_no_message_is_refused(body: bytes, content_type: str) -> None:
    with pytest.raises(SourceMalformed) as refused:
        parse_event(body, content_type)
    assert refused.value.code == "tally.event.unreadable"


def test_nothing_is_expanded() -> None:
    """The listener's port may be reached by others: a bomb is text without our tags."""
    bomb = b'<!DOCTYPE a [<!ENTITY x "xxxxxxxxxx">]><KHATAKIND>&x;&x;</KHATAKIND>'
    assert parse_event(bomb).kind is EventKind.OTHER


@given(st.binary(max_size=2000), st.sampled_from(["", "text/xml", "application/x-www-form-urlencoded"]))
def test_any_body_is_a_hint_or_refused(body: bytes, content_type: str) -> None:
    try:
        hint = parse_event(body, content_type)
    except SourceMalformed:
        return
    assert isinstance(hint, EventHint)


def test_every_definition_that_is_named_is_there() -> None:
    """Tally ignores a file whose parts it cannot find."""
    text = code()
    defined = {
        kind: set(re.findall(rf"(?m)^\[{kind}: ([^\]]+)\]", text))
        for kind in ("Function", "Report", "Form", "Part", "Line", "Field")
    }
    assert set(re.findall(r"Call : (Khata \w+)", text)) <= defined["Function"]
    ((report, told),) = re.findall(
        r"HTTP Request : @@KhataListener : POST : XML : UNICODE : ([\w ]+?) : ([\w ]+)", text
    )
    assert report in defined["Report"]
    assert told in defined["Function"]
    for kind, attribute in (("Form", "Form"), ("Part", "Part"), ("Line", "Line")):
        assert set(re.findall(rf"(?m)^    {attribute}\s+: (Khata [\w ]+)$", text)) == defined[kind]
    named = {name.strip() for names in re.findall(r"(?m)^    Field : (.+)$", text) for name in names.split(",")}
    assert named == defined["Field"]


def test_every_variable_is_declared_set_and_sent() -> None:
    text = code()
    declared = set(re.findall(r"(?m)^\[Variable: (\w+)\]", text))
    assert declared == set(re.findall(r"(?m)^    (KhataEvent\w+)\s*: \"\"$", text))
    assert declared == set(re.findall(r"SET : (KhataEvent\w+)", text))
    assert declared == set(re.findall(r"Set as : ##(KhataEvent\w+)", text))


def test_every_tag_that_is_sent_is_read() -> None:
    sent = set(re.findall(r'XMLTag : "KHATA([A-Z]+)"', code())) - {"EVENT"}
    assert sent == {"KIND", "OBJECT", "COMPANY", "COMPANYGUID", "MASTERID", "ALTERID", "TOKEN"}
    body = "".join(f"<KHATA{tag}>saved</KHATA{tag}>" for tag in sent)
    assert parse_event(body.encode()).token == "saved"


def test_tally_saves_first_and_always() -> None:
    """Both forms: Tally's own save without a condition, and only then the call."""
    text = code()
    forms = re.findall(r"\[#Form: (\w+)\]\n((?:    .+\n)+)", text)
    assert [name for name, _ in forms] == ["Voucher", "Ledger"], "no form that is not known to every release"
    for name, lines in forms:
        first, second = lines.strip().splitlines()
        assert re.sub(r"\s+", " ", first.strip()) == "On : Form Accept : Yes : Form Accept"
        assert re.sub(r"\s+", " ", second.strip()) == (
            f'On : Form Accept : @@KhataIsOn : Call : Khata Tell : "saved" : "{name}"'
        )


def test_it_shows_nothing_changes_nothing_and_sends_no_business_data() -> None:
    text = code()
    for word in ("Message", "Msg Box", "Query Box", "Display", "Alter :", "Create :", "Modify Object", "Menu", "Key"):
        assert word not in text, word
    for method in ("Amount", "Narration", "PartyLedgerName", "$Name", "Balance", "VoucherNumber"):
        assert method not in text, method


def test_kinds_of_the_text_are_known() -> None:
    kinds = set(re.findall(r'Khata Tell : "(\w+)"', code()))
    assert kinds == {kind.value for kind in EventKind if kind is not EventKind.OTHER}


def test_the_listener_s_address_is_written_into_the_text() -> None:
    text = render_tdl("http://localhost:9700/tally/event", "s-3cret_")
    assert '    KhataListener : "http://localhost:9700/tally/event"\n' in text
    assert '    KhataToken    : "s-3cret_"\n' in text
    assert len(text.splitlines()) == len(read_tdl().splitlines())
    assert render_tdl("http://127.0.0.1:9655/tally/event") == read_tdl()


@given(st.text(max_size=60))
def test_no_address_or_token_becomes_a_statement(text: str) -> None:
    for url, token in ((text, ""), ("http://localhost:1/" + text, ""), ("http://localhost:1/", text)):
        try:
            rendered = render_tdl(url, token)
        except ConfigurationError as error:
            assert error.code == "tally.event.setting"  # noqa: PT017 - both outcomes are allowed
            continue
        assert len(rendered.splitlines()) == len(read_tdl().splitlines())
        assert rendered.count('"') == read_tdl().count('"')
