"""Which handler answers which method and path.

A pattern is a path whose ``{name}`` segments match one segment each; a literal segment is preferred to a named one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol
from urllib.parse import unquote

from sandbox.web.message import Request, Response


class Handler(Protocol):
    """Answers a request, given what the named segments of its path matched."""

    def __call__(self, request: Request, **segments: str) -> Response:
        """Answer."""
        ...


class Unrouted(StrEnum):
    """Why no handler was found."""

    UNKNOWN_PATH = "unknown path"
    UNKNOWN_METHOD = "unknown method"


@dataclass(slots=True)
class _Node:
    literal: dict[str, _Node] = field(default_factory=dict)
    named: _Node | None = None
    name: str = ""
    methods: dict[str, Handler] = field(default_factory=dict)
    patterns: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Route:
    """What a request found.

    Attributes:
        pattern: as it was added.
        segments: what the named segments matched, decoded.
    """

    handler: Handler
    pattern: str
    segments: Mapping[str, str]


class Router:
    """The table of routes."""

    def __init__(self) -> None:
        self._root = _Node()

    def add(self, method: str, pattern: str, handler: Callable[..., Response]) -> None:
        """Route a method and pattern; adding them again puts the new handler in the old one's place."""
        node = self._root
        for segment in _split(pattern):
            if segment.startswith("{"):
                node.named = node.named or _Node()
                node.named.name = segment[1:-1]
                node = node.named
            else:
                node = node.literal.setdefault(segment, _Node())
        node.methods[method.upper()] = handler
        node.patterns[method.upper()] = pattern

    def find(self, method: str, path: str) -> Route | Unrouted:
        """Find the route of a request, or say why there is none."""
        ends = _walk(self._root, _split(path), ())
        for node, matched in ends:
            handler = node.methods.get(method.upper())
            if handler is not None:
                return Route(handler, node.patterns[method.upper()], dict(matched))
        return Unrouted.UNKNOWN_METHOD if ends else Unrouted.UNKNOWN_PATH


_Matched = tuple[tuple[str, str], ...]


def _walk(node: _Node, segments: list[str], matched: _Matched) -> list[tuple[_Node, _Matched]]:
    if not segments:
        return [(node, matched)] if node.methods else []
    first, *rest = segments
    found: list[tuple[_Node, _Matched]] = []
    if first in node.literal:
        found += _walk(node.literal[first], rest, matched)
    if node.named is not None:
        found += _walk(node.named, rest, (*matched, (node.named.name, unquote(first))))
    return found


def _split(path: str) -> list[str]:
    return [segment for segment in path.split("/") if segment]
