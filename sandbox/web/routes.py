"""What a method and path lead to: a handler, or whatever else a fake keeps for its routes.

A pattern is a path whose ``{name}`` segments match one segment each; a literal segment is preferred to a named one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar
from urllib.parse import unquote

Target = TypeVar("Target")
"""What is found: a function that answers, or a fake's own record of a route."""


class Unrouted(StrEnum):
    """Why nothing was found."""

    UNKNOWN_PATH = "unknown path"
    UNKNOWN_METHOD = "unknown method"


@dataclass(slots=True)
class _Node(Generic[Target]):
    literal: dict[str, _Node[Target]] = field(default_factory=dict)
    named: _Node[Target] | None = None
    name: str = ""
    methods: dict[str, Target] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Route(Generic[Target]):
    """What a request found.

    Attributes:
        segments: what the named segments matched, decoded.
    """

    target: Target
    segments: Mapping[str, str]


class Router(Generic[Target]):
    """The table of routes."""

    def __init__(self) -> None:
        self._root: _Node[Target] = _Node()

    def add(self, method: str, pattern: str, target: Target) -> None:
        """Route a method and pattern; adding them again puts the new target in the old one's place."""
        node = self._root
        for segment in _split(pattern):
            if segment.startswith("{"):
                node.named = node.named or _Node()
                node.named.name = segment[1:-1]
                node = node.named
            else:
                node = node.literal.setdefault(segment, _Node())
        node.methods[method.upper()] = target

    def find(self, method: str, path: str) -> Route[Target] | Unrouted:
        """Find the route of a request, or say why there is none."""
        ends = _walk(self._root, _split(path), ())
        for node, matched in ends:
            target = node.methods.get(method.upper())
            if target is not None:
                return Route(target, dict(matched))
        return Unrouted.UNKNOWN_METHOD if ends else Unrouted.UNKNOWN_PATH


_Matched = tuple[tuple[str, str], ...]


def _walk(node: _Node[Target], segments: list[str], matched: _Matched) -> list[tuple[_Node[Target], _Matched]]:
    if not segments:
        return [(node, matched)] if node.methods else []
    first, *rest = segments
    found: list[tuple[_Node[Target], _Matched]] = []
    if first in node.literal:
        found += _walk(node.literal[first], rest, matched)
    if node.named is not None:
        found += _walk(node.named, rest, (*matched, (node.named.name, unquote(first))))
    return found


def _split(path: str) -> list[str]:
    return [segment for segment in path.split("/") if segment]
