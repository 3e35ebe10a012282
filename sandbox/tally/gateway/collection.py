"""A collection request's answer: the envelope around its objects, streamed object by object."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice

from sandbox.tally.books.catalogue import DEPENDENCY, class_of
from sandbox.tally.gateway.answers import DATA_END, data_start
from sandbox.tally.gateway.definitions import Definition
from sandbox.tally.gateway.fetching import read_fetch
from sandbox.tally.gateway.gather import computed_methods, gather
from sandbox.tally.gateway.object_xml import ObjectWriter
from sandbox.tally.gateway.tdl.scope import Scope
from sandbox.tally.gateway.world import RequestWorld

_EMPTY = "   </COLLECTION>\n"


@dataclass(slots=True)
class Tally:
    """How many objects an answer carried so far, and whether a fault broke it off; read by the server's log."""

    objects: int = 0
    is_cut: bool = False


def answer_collection(world: RequestWorld, definition: Definition, tally: Tally) -> Iterator[str]:
    """The whole answer in pieces.

    Raises:
        TdlError: A definition that Tally would refuse; raised before the first piece.
    """
    objects = iter_objects(world, definition, tally)
    first = next(objects, "")
    return _wrap(world, definition, chain((first,) if first else (), objects), tally)


def iter_objects(world: RequestWorld, definition: Definition, tally: Tally) -> Iterator[str]:
    """The objects as XML, with the faults that lose, repeat or cut objects."""
    faults = world.faults
    if faults.empty:
        return
    fetch = read_fetch([*definition.names("FETCH"), *definition.names("NATIVEMETHOD")], faults)
    writer = ObjectWriter(fetch, computed_methods(world, definition), faults)
    most = faults.lose_objects_after
    for scope in islice(_repeated(world, definition), most if most >= 0 else None):
        written = writer.write(scope)
        if tally.objects == faults.truncate_after_objects:
            tally.is_cut = True
            yield written[: len(written) // 2]
            return
        tally.objects += 1
        yield written


def _repeated(world: RequestWorld, definition: Definition) -> Iterator[Scope]:
    scopes = gather(world, definition)
    if world.faults.duplicate_object:
        for scope in scopes:
            yield scope
            yield scope
            break
    yield from scopes


def _wrap(world: RequestWorld, definition: Definition, objects: Iterator[str], tally: Tally) -> Iterator[str]:
    status = None if world.faults.status_missing else 1
    yield data_start(status=status, counts={})
    first = next(objects, None)
    opening = f"   <COLLECTION{_dependency(world, definition)}>"
    if first is None:
        yield f"{opening}{_EMPTY}{DATA_END}"
        return
    yield f"{opening}\n"
    yield first
    yield from objects
    if not tally.is_cut:
        yield f"{_EMPTY}{DATA_END}"


def _dependency(world: RequestWorld, definition: Definition) -> str:
    """Attributes that name the class of a collection of masters or vouchers; a grouping has none."""
    type_name = definition.one("TYPE").partition(":")[0]
    if not type_name or definition.all("BY") or world.company is None:
        return ""
    return "".join(f' {name}="{value}"' for name, value in DEPENDENCY.get(class_of(type_name), {}).items())
