"""Connecting BUSY's databases or web service: settings made of options, passwords sealed, and how a connection is.

Where next: ``cli/busy.py``; what is read: ``connectors/busy/README.md``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from canonical.errors import ConfigurationError
from connectors.busy.diagnose import Looked, drivers, look
from khata.live.connecting import free_name
from khata.live.doctor import Finding
from khata.reading.tenant import check_slug
from khata.vault import Vault, place_of

if TYPE_CHECKING:
    from canonical.record import JsonValue
    from connectors.sdk.base import Surroundings
    from storage import Connection, TenantStore

CONNECTOR = "busy"
LIVE = ("database", "service")
PASSWORD = "password"  # noqa: S105 - the name of the field, not a password


def is_live(connection: Connection) -> bool:
    """Whether a connection reads databases or the web service, not exported files."""
    return connection.connector == CONNECTOR and any(connection.config.get(part) for part in LIVE)


def settings_of(company: str, part: str, given: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Write a connection's settings; what was not said is left out."""
    told = {name: value for name, value in given.items() if value not in (None, "", [], ())}
    return {**({"company": company} if company else {}), part: told}


def choose_name(books: TenantStore, name: str, company: str) -> str:
    """Return the connection's name: the one given, or one made of the company's.

    Raises:
        ConfigurationError: there is a connection of that name that is of another product.
        RuleError: the name cannot be one.
    """
    known = books.connections.list()
    chosen = name or free_name(company, (one.name for one in known))
    check_slug(chosen)
    taken = next((one for one in known if one.name == chosen and not is_live(one)), None)
    if taken is not None:
        raise ConfigurationError(
            f"There is a connection {chosen} already, of something else; give another --name.",
            code="connection.name_taken",
            connection=chosen,
        )
    return chosen


def sealed(config: Mapping[str, JsonValue], vault: Vault, tenant: str, name: str) -> dict[str, JsonValue]:
    """Seal the password inside the settings; everything else stays readable."""
    whole = dict(config)
    for part in LIVE:
        held = whole.get(part)
        if held and isinstance(held.get(PASSWORD), str):
            place = place_of(tenant, name, part, PASSWORD)
            whole[part] = {**held, PASSWORD: vault.seal(held[PASSWORD], place)}
    return whole


def examine(
    connections: Sequence[Connection], vault: Vault, tenant: str, surroundings: Surroundings
) -> Iterator[Finding]:
    """Look at connections, and at the drivers this computer has."""
    for one in connections:
        looked = look(vault.open_all(one.config, tenant, one.name), surroundings)
        yield finding(f"connection {one.name}", looked)
    for sentence in drivers():
        name, _, use = sentence.partition(": ")
        is_there = bool(use) and not name.startswith("No ODBC")
        yield Finding(what="ODBC driver", state="installed" if is_there else "missing", sentence=sentence)


def finding(what: str, looked: Looked) -> Finding:
    """Say what was found in a sentence."""
    if looked.failure is not None:
        return Finding(what=what, state=looked.failure.code, sentence=looked.failure.message, is_usable=False)
    years = "; ".join(
        f"{one.label}: {one.year}, {one.vouchers} vouchers, {one.masters} masters" for one in looked.years
    )
    return Finding(what=what, state="readable", sentence=" ".join((f"{years}.", *looked.notes)))
