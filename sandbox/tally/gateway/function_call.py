"""A function request: one ``$$`` function without a collection around it."""

from __future__ import annotations

from datetime import date

from sandbox.tally.books.tree import escape_native
from sandbox.tally.gateway import answers
from sandbox.tally.gateway.incoming import Incoming
from sandbox.tally.gateway.rows import Row
from sandbox.tally.gateway.tdl.functions import TABLE
from sandbox.tally.gateway.tdl.lexer import TdlError
from sandbox.tally.gateway.tdl.scope import Scope
from sandbox.tally.gateway.tdl.values import Value, day_text, scalar_of, text
from sandbox.tally.gateway.world import RequestWorld
from sandbox.tally.text import day_serial


def answer_function(world: RequestWorld, incoming: Incoming) -> str:
    """The answer: RESULT with its type (a date also as a day serial), or why there is none; never a modal window."""
    name, _, written = incoming.id.strip().removeprefix("$$").partition(":")
    if name.casefold() not in TABLE:
        return answers.result(_failure(name))
    given = [part for part in written.split(":") if part] if written else list(incoming.parameters)
    source = ":".join([f"$${name}", *(_quoted(value) for value in given)])
    try:
        value = world.compile(source).evaluate(Scope(world, Row({})))
    except TdlError:
        return answers.result("   <ERRORMSG>Function Execution Failed!</ERRORMSG>\n")
    return answers.result(_rendered(value))


def _failure(name: str) -> str:
    return (
        f"   <ERRORMSG>Could not find: $${escape_native(name)}</ERRORMSG>\n"
        "   <ERRORMSG>Function Execution Failed!</ERRORMSG>\n"
    )


def _quoted(value: str) -> str:
    bare = value.strip().strip('"')
    return '"' + bare.replace('"', '""') + '"'


def _rendered(value: Value) -> str:
    if isinstance(value, date):
        return f'   <RESULT TYPE="Date" JD="{day_serial(value)}">{day_text(value)}</RESULT>\n'
    kind = scalar_of(value).type_name
    return f'   <RESULT TYPE="{kind}">{escape_native(text(value))}</RESULT>\n'
