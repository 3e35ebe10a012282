"""Where a value came from: the raw record, verbatim, and its address.

Every canonical record carries a ``SourceRef``; every figure on screen walks back through it to the payload that
the source sent. A raw record is identified by its address and the digest of its payload: the same bytes twice are
one record, changed bytes are a new version of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias

JsonValue: TypeAlias = Any
"""A decoded JSON document (a payload or ``extras``); numbers stay text where the source's exact digits matter."""


@dataclass(frozen=True, slots=True)
class SourceRef:
    """The address of one object in one source.

    Attributes:
        connector: ``tally``, ``zoho`` and so on.
        company: the source's identity of the books (Tally: company GUID; Zoho: organization_id).
        stream: the connector's stream, for example ``vouchers``.
        key: the source's stable identity inside the stream (Tally: GUID), never a display name if there is better.
    """

    connector: str
    company: str
    stream: str
    key: str

    def __str__(self) -> str:
        return f"{self.connector}:{self.company}:{self.stream}:{self.key}"


@dataclass(frozen=True, slots=True)
class RawRecord:
    """What the source said, kept verbatim.

    Attributes:
        source: the object's address.
        payload: the JSON bytes of the record as extracted.
        digest: SHA-256 of ``payload``, 32 bytes.
        extracted_at: UTC with zone.
        origin: where it was read from, for people: ``daybook.xml#voucher 17`` or a URL path without secrets.
        version: the source's own change counter of the object, None if it has none (Tally: ALTERID).
        day: the day the object stands under in the source, None for masters.
        label: what people call it: a document's number, a master's name; None if it is not said. Records of other
            streams refer to a master by it, so a changed one outdates them.
    """

    source: SourceRef
    payload: bytes
    digest: bytes
    extracted_at: datetime
    origin: str = ""
    version: int | None = None
    day: date | None = None
    label: str | None = None
