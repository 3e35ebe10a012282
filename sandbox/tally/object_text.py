"""Parts that all masters share: the message around an object, its list of names, its balances."""

from __future__ import annotations

from sandbox.tally.text import amount, escape
from sandbox.world.truth import TruthBook


def message(body: str) -> str:
    """Wrap one object."""
    return f'    <TALLYMESSAGE xmlns:UDF="TallyUDF">\n{body}    </TALLYMESSAGE>\n'


def names(name: str, alias: str = "") -> str:
    """Write the list of names: the display name, then aliases."""
    extra = f"        <NAME>{escape(alias)}</NAME>\n" if alias else ""
    return (
        f'      <LANGUAGENAME.LIST>\n       <NAME.LIST TYPE="String">\n        <NAME>{escape(name)}</NAME>\n{extra}'
        "       </NAME.LIST>\n       <LANGUAGEID> 1033</LANGUAGEID>\n      </LANGUAGENAME.LIST>\n"
    )


def element(name: str, escaped: str) -> str:
    """Write a plain element of an object, self-closing when it is empty."""
    return f"      <{name}>{escaped}</{name}>\n" if escaped else f"      <{name}/>\n"


def balances(name: str, opening: int, book: TruthBook) -> str:
    """Write opening and closing balance; a ledger nothing was ever posted to says nothing rather than zero."""
    rows = f"      <OPENINGBALANCE>{amount(opening)}</OPENINGBALANCE>\n" if opening else ""
    closing = book.closing(name)
    text = amount(closing) if closing or book.has_moved(name) else ""
    return f"{rows}      <CLOSINGBALANCE>{text}</CLOSINGBALANCE>\n"
