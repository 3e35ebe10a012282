"""An object request: one object by its name or identity, with the fields asked for or all of them."""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.tally.books.catalogue import class_of
from sandbox.tally.books.references import fold
from sandbox.tally.gateway import answers
from sandbox.tally.gateway.fetching import read_fetch
from sandbox.tally.gateway.incoming import Incoming
from sandbox.tally.gateway.object_xml import ObjectWriter
from sandbox.tally.gateway.sources import objects_of_type
from sandbox.tally.gateway.tdl.scope import Scope
from sandbox.tally.gateway.tdl.values import Methods
from sandbox.tally.gateway.world import RequestWorld


def answer_object(world: RequestWorld, incoming: Incoming) -> Iterator[str]:
    """The object in an envelope; an object that is not there is a LINEERROR.

    Raises:
        UnknownKind: SUBTYPE is no class of Tally's.
    """
    class_of(incoming.subtype)
    found = _find(world, incoming)
    if found is None:
        yield answers.line_error(f"{incoming.subtype} '{incoming.id}' does not exist!")
        return
    fetch = read_fetch(incoming.fetch or ["*"], world.faults)
    written = ObjectWriter(fetch, {}, world.faults).write(Scope(world, found))
    yield answers.data_start(status=None if world.faults.status_missing else 1, counts={})
    yield f'   <TALLYMESSAGE xmlns:UDF="TallyUDF">\n{written}   </TALLYMESSAGE>\n{answers.DATA_END}'


def _find(world: RequestWorld, incoming: Incoming) -> Methods | None:
    by = incoming.id_type.casefold()
    if by == "name":
        return world.find(incoming.subtype, incoming.id)
    wanted = fold(incoming.id)
    return next(
        (
            one
            for one in objects_of_type(world, incoming.subtype, ())
            if (value := one.method(by)) is not None and fold(value.wire) == wanted
        ),
        None,
    )
