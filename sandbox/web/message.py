"""What travels: a request as its client sent it, a response as the server will.

Query and form pairs keep their order and their repeats; header names are compared without case.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

JSON_MEDIA = "application/json;charset=UTF-8"
FORM_MEDIA = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request.

    Attributes:
        number: from 1, in the order they arrived.
        method: upper case.
        path: decoded, without the query.
        query: pairs, decoded, in order.
        headers: names in lower case.
        body: as it came.
        in_flight: how many requests are being answered, this one included.
        base_url: where the server listens.
    """

    number: int
    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    in_flight: int = 1
    base_url: str = ""

    @classmethod
    def of_target(cls, method: str, target: str, **rest: Any) -> Self:
        """Read a request line's target.

        Args:
            method: as sent.
            target: path and query as sent.
            rest: the other attributes.
        """
        parts = urlsplit(target)
        pairs = tuple(parse_qsl(parts.query, keep_blank_values=True))
        return cls(method=method.upper(), path=parts.path, query=pairs, **rest)

    def header(self, name: str, default: str = "") -> str:
        """Return a header, whatever its case."""
        return self.headers.get(name.lower(), default)

    def param(self, name: str, default: str = "") -> str:
        """Return the first value of a query parameter."""
        return next((value for key, value in self.query if key == name), default)

    def form(self) -> dict[str, str]:
        """Return the form in the body, the last of repeated names; empty if the body is none."""
        if FORM_MEDIA not in self.header("content-type"):
            return {}
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    def json(self) -> Any:
        """Return the body read as JSON.

        Raises:
            ValueError: it is not JSON.
        """
        return json.loads(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One response.

    Attributes:
        headers: besides the type and the length, which the server adds.
        note: what the log should say of it.
    """

    status: int = 200
    body: bytes = b""
    media: str = JSON_MEDIA
    headers: tuple[tuple[str, str], ...] = ()
    note: str = ""


def json_response(
    document: object, status: int = 200, headers: tuple[tuple[str, str], ...] = (), *, note: str = ""
) -> Response:
    """Say something in JSON; text beyond ASCII is sent as it is."""
    raw = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(status=status, body=raw, headers=headers, note=note)


def text_response(text: str, status: int = 200, media: str = "text/html;charset=UTF-8") -> Response:
    """Say something in words, as a page if nothing else is said."""
    return Response(status=status, body=text.encode(), media=media)
