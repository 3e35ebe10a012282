"""What Tally posts after something was saved: a hint to look, never a fact.

The message may be lost, late, doubled or forged, and a change that does not come from Tally's screen makes none. So it
is only ever a reason to ask Tally sooner: company and change counters are asked for as always. Two forms are read: the
XML that ``khata_events.tdl`` makes Tally send, whatever wraps it and in whichever of Tally's encodings, and a form
(``kind=saved&company_guid=...``) for people who write something of their own.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qsl

from canonical.errors import SourceMalformed

BYTES_MAX = 65_536
"""A message is a few hundred bytes; a longer one is none of ours."""
_FIELDS_MAX = 50
_TEXT_MAX = 1000
_TAG = re.compile(r"<KHATA([A-Z]{2,20})(?:\s[^<>]{0,200})?>([^<>]{0,4000})</KHATA\1>")
_WHOLE = re.compile(r"\d{1,15}")
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class EventKind(StrEnum):
    """What happened."""

    SAVED = "saved"
    DELETED = "deleted"
    CANCELLED = "cancelled"
    IMPORTED = "imported"
    OTHER = "other"
    """A word of a newer text than this program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventHint:
    """One message.

    Attributes:
        kind: what happened.
        object_type: ``Voucher``, ``Ledger`` or ``Any``.
        company_guid: identity of the books; empty if Tally did not say.
        company_name: as on Tally's screen.
        master_id: Tally's number of the object; None if it did not say. A new object has it only after it was saved.
        alter_id: change number before the change, as far as is known; None if it did not say.
        token: the word the listener knows its messages by; compare it before anything else.
    """

    kind: EventKind
    object_type: str = ""
    company_guid: str = ""
    company_name: str = ""
    master_id: int | None = None
    alter_id: int | None = None
    token: str = ""

    @property
    def object_guid(self) -> str:
        """The object's GUID by Tally's rule (company GUID and eight hex digits of the number); empty if unknown."""
        if not (self.company_guid and self.master_id):
            return ""
        return f"{self.company_guid}-{self.master_id:08x}"


def parse_event(body: bytes, content_type: str = "") -> EventHint:
    """Read a message.

    Args:
        body: as it was posted.
        content_type: of the request; a form is recognised by it, but our tags are found whatever it says.

    Raises:
        SourceMalformed: ``tally.event.unreadable``.
    """
    if len(body) > BYTES_MAX:
        raise _unreadable(f"it has {len(body)} bytes")
    text = _decode(body)
    fields = _xml_fields(text)
    if not fields and "form-urlencoded" in content_type.casefold():
        fields = _form_fields(text)
    if "kind" not in fields:
        raise _unreadable("it does not say what happened")
    guid = fields.get("companyguid", "").casefold()
    return EventHint(
        kind=_kind(fields["kind"]),
        object_type=fields.get("object", ""),
        company_guid=guid if _GUID.fullmatch(guid) else "",
        company_name=fields.get("company", ""),
        master_id=_whole(fields.get("masterid", "")),
        alter_id=_whole(fields.get("alterid", "")),
        token=fields.get("token", ""),
    )


def _decode(body: bytes) -> str:
    """Tally sends UTF-16 with or without a mark when asked for Unicode, else 8-bit text."""
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body.decode("utf-16", "replace")
    if body[1:2] == b"\x00":
        return body.decode("utf-16-le", "replace")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("cp1252", "replace")


def _xml_fields(text: str) -> dict[str, str]:
    """Find our tags wherever they stand: nothing is expanded, nothing is nested."""
    found = (match.groups() for match in _TAG.finditer(text))
    return {name.casefold(): _tidy(html.unescape(value)) for name, value in found}


def _form_fields(text: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_FIELDS_MAX)
    except ValueError as error:
        raise _unreadable("it has too many fields") from error
    return {name.casefold().replace("_", ""): _tidy(value) for name, value in pairs}


def _tidy(text: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:_TEXT_MAX]


def _kind(word: str) -> EventKind:
    return EventKind(word.casefold()) if word.casefold() in set(EventKind) else EventKind.OTHER


def _whole(text: str) -> int | None:
    return int(text) if _WHOLE.fullmatch(text) else None


def _unreadable(why: str) -> SourceMalformed:
    return SourceMalformed(f"A message to the listener is not one of Tally's: {why}.", code="tally.event.unreadable")
