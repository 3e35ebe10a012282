"""The ``$$`` functions the gateway knows, by noun; a name outside this list is one Tally does not have.

Only functions that public clients send and whose effect is documented or measured are here. On a real Tally an unknown
name ends in a modal window; here it raises ``TdlError``, and the server freezes the same way.
"""

from __future__ import annotations

from sandbox.tally.gateway.tdl.functions.amounts import AMOUNTS
from sandbox.tally.gateway.tdl.functions.dates import DATES
from sandbox.tally.gateway.tdl.functions.definition import Function
from sandbox.tally.gateway.tdl.functions.system import SYSTEM
from sandbox.tally.gateway.tdl.functions.texts import TEXTS
from sandbox.tally.gateway.tdl.functions.vouchers import VOUCHERS
from sandbox.tally.gateway.tdl.lexer import TdlError

TABLE: dict[str, Function] = {**TEXTS, **AMOUNTS, **DATES, **VOUCHERS, **SYSTEM}


def find_function(name: str) -> Function:
    """A function by name, without case.

    Raises:
        TdlError: Tally has no such function.
    """
    function = TABLE.get(name.casefold())
    if function is None:
        raise TdlError(f"Could not find: $${name}")
    return function


__all__ = ["TABLE", "Function", "find_function"]
