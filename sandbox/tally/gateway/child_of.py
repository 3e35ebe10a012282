"""CHILDOF and BELONGSTO: the objects directly or anywhere below a named one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sandbox.tally.books.catalogue import class_of
from sandbox.tally.books.references import fold
from sandbox.tally.gateway.definitions import Definition
from sandbox.tally.gateway.rows import Row
from sandbox.tally.gateway.tdl.functions.texts import system_name
from sandbox.tally.gateway.tdl.scope import Scope
from sandbox.tally.gateway.tdl.values import text

if TYPE_CHECKING:
    from sandbox.tally.gateway.world import RequestWorld

_PARENT_KIND = {"LEDGER": "GROUP", "STOCKITEM": "STOCKGROUP"}
"""Classes whose parent is of another class than themselves."""
_PRIMARY = fold(system_name("Primary"))


def keep_children(
    world: RequestWorld, definition: Definition, kind: str, parent_kind: str, scopes: Iterator[Scope]
) -> Iterator[Scope]:
    """Keep what CHILDOF asks for; everything without it."""
    written = definition.one("CHILDOF")
    if not written:
        return scopes
    name = _named(world, written)
    everything_below = definition.has("BELONGSTO")
    match class_of(kind):
        case "VOUCHER":
            return _vouchers(world, name, parent_kind, scopes, everything_below=everything_below)
        case "BILL" | "BILLS":
            parties = _parties(world, name, everything_below=everything_below)
            return (scope for scope in scopes if _parent(scope) in parties)
        case own:
            parents = _line_down(world, _PARENT_KIND.get(own, own), name, everything_below=everything_below)
            return (scope for scope in scopes if _parent(scope) in parents)


def _named(world: RequestWorld, written: str) -> str:
    """The name CHILDOF gives: an expression, or words as they stand; ``Company : name`` names the company."""
    head, colon, rest = written.partition(":")
    source = rest.strip() if colon and head.strip().isalpha() else written
    if source[:1] in {'"', "'", "$", "#", "@"}:
        return text(world.compile(source).evaluate(Scope(world, Row({}))))
    return source


def _parent(scope: Scope) -> str:
    return fold(text(scope.value("parent"))) or _PRIMARY


def _line_down(world: RequestWorld, kind: str, name: str, *, everything_below: bool) -> frozenset[str]:
    """Folded names of the object and, if asked, of everything of its class below it."""
    wanted = {fold(name) if fold(name) not in {"", "primary"} else _PRIMARY}
    if not everything_below or world.company is None:
        return frozenset(wanted)
    below: dict[str, list[str]] = {}
    for scope in (Scope(world, obj) for obj in world.company.objects(kind, world.company.whole_period)):
        below.setdefault(_parent(scope), []).append(fold(text(scope.value("name"))))
    waiting = list(wanted)
    while waiting:
        found = [one for one in below.get(waiting.pop(), ()) if one not in wanted]
        wanted.update(found)
        waiting.extend(found)
    return frozenset(wanted)


def _parties(world: RequestWorld, name: str, *, everything_below: bool) -> frozenset[str]:
    """Folded names of a ledger, or of the ledgers of a group."""
    if world.company is None or world.find("Group", name) is None:
        return frozenset({fold(name)})
    groups = _line_down(world, "GROUP", name, everything_below=everything_below)
    ledgers = (Scope(world, obj) for obj in world.company.objects("LEDGER", world.company.whole_period))
    return frozenset(fold(text(one.value("name"))) for one in ledgers if _parent(one) in groups)


def _vouchers(
    world: RequestWorld, name: str, parent_kind: str, scopes: Iterator[Scope], *, everything_below: bool
) -> Iterator[Scope]:
    """Vouchers of a voucher type, of a ledger (any line of theirs), or of the company: all."""
    if world.company is not None and fold(name) == fold(world.company.name):
        return scopes
    if parent_kind.replace(" ", "").casefold() != "ledger" and world.find("VoucherType", name) is not None:
        types = _line_down(world, "VOUCHERTYPE", name, everything_below=everything_below)
        return (scope for scope in scopes if fold(text(scope.value("vouchertypename"))) in types)
    return (scope for scope in scopes if _posts_to(scope, fold(name)))


def _posts_to(scope: Scope, ledger: str) -> bool:
    return any(fold(text(entry.value("ledgername"))) == ledger for entry in scope.items("allledgerentries"))
