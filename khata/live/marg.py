"""Connecting Marg: its EDE web API, sale bills, tables; and saying how a connection is.

One connection per branch: each has its own bookmarks, proof and schedule. The three keys of the licence are sealed in
the settings; who has the database alone has none of them. Where next: ``cli/marg.py``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from canonical.errors import ConfigurationError, CredentialError, KhataError, NotFound, SourceUnavailable
from connectors.marg.ede.client import EdeClient
from connectors.marg.settings import api_settings
from connectors.marg.tables.address import limits_of, target_of
from khata.live.connecting import free_name
from khata.live.doctor import Finding
from khata.reading.tenant import check_slug
from khata.vault import Vault, place_of

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from canonical.record import JsonValue
    from connectors.sdk.base import Surroundings
    from storage import Connection, TenantStore

CONNECTOR: Final = "marg"
SECRETS: Final = ("company_code", "marg_key", "decryption_key")


@dataclass(frozen=True, slots=True, kw_only=True)
class MargBranch:
    """A branch of a company code.

    Attributes:
        number: Marg's (CompanyID).
        name: of the firm and the branch.
    """

    number: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MargConnected:
    """A branch that was connected; ``is_new``: there was no connection to it before."""

    name: str
    branch: MargBranch
    is_new: bool


def list_branches(settings: Mapping[str, JsonValue], surroundings: Surroundings) -> tuple[MargBranch, ...]:
    """Ask Marg for the branches of a company code; the list needs no MargKey, so nothing is said of the keys yet.

    Raises:
        KhataError: as the client raises.
    """
    return tuple(_branch(row) for row in EdeClient(api_settings(settings), surroundings).branches())


def choose_branches(known: Sequence[MargBranch], wanted: Sequence[str], *, everything: bool) -> tuple[MargBranch, ...]:
    """Pick the branches meant: those named (by number or the beginning of the name), all, or the only one.

    Raises:
        NotFound: there is none of a name.
        ConfigurationError: there are several, and nothing says which.
    """
    told = ", ".join(f"{one.name} ({one.number})" for one in known)
    if everything or (len(known) == 1 and not wanted):
        return tuple(known)
    if not wanted:
        raise ConfigurationError(
            f"The company code has {len(known)} branches: {told}. Say which: --branch NUMBER (repeatable), or --all.",
            code="company.ambiguous",
        )
    return tuple(_named(known, name, told) for name in wanted)


def connect_branch(
    books: TenantStore, vault: Vault, tenant: str, settings: Mapping[str, JsonValue], branch: MargBranch, **how: Any
) -> MargConnected:
    """Save a connection to a branch; one there is already is changed, not doubled.

    Args:
        books: the tenant's.
        vault: seals the keys.
        tenant: whose connection.
        settings: of the tap, keys open.
        branch: which.
        how: ``name`` of the connection (made of the branch's if empty), ``at`` the time.

    Raises:
        ConfigurationError: the name is taken.
        RuleError: the name cannot be one.
    """
    known = books.connections.list()
    earlier = next((one for one in known if one.connector == CONNECTOR and _reads(one, branch)), None)
    name = str(how.get("name") or "") or (
        earlier.name if earlier else free_name(branch.name, (one.name for one in known))
    )
    check_slug(name)
    taken = next((one for one in known if one.name == name and one != earlier), None)
    if taken is not None or (earlier is not None and earlier.name != name):
        raise ConfigurationError(
            f"There is a connection {name} already, or the branch is connected under another name; remove that one or "
            "leave out --name.",
            code="connection.name_taken",
            connection=name,
        )
    sealed = {field: vault.seal(str(settings[field]), place_of(tenant, name, field)) for field in SECRETS}
    kept = dict(earlier.config) if earlier else {}
    clear = {field: value for field, value in settings.items() if field not in SECRETS}
    config = {**kept, **clear, "branches": [branch.number], **sealed}
    books.connections.save(name, CONNECTOR, config, at=how["at"])
    return MargConnected(name=name, branch=branch, is_new=earlier is None)


def connect_bills(
    books: TenantStore, name: str, files: Sequence[Path], settings: Mapping[str, JsonValue], *, at: datetime
) -> None:
    """Save a connection that reads sale bills.

    Raises:
        RuleError: the name cannot be one.
    """
    check_slug(name)
    config = {"files": [str(path.resolve()) for path in files], **settings}
    books.connections.save(name, CONNECTOR, config, at=at)


def connect_tables(
    books: TenantStore, vault: Vault, tenant: str, settings: Mapping[str, JsonValue], *, name: str, at: datetime
) -> None:
    """Save a connection to tables; the server is not asked yet.

    Raises:
        ConfigurationError: no driver or data source is named, or a setting cannot be.
        RuleError: the name cannot be one.
    """
    check_slug(name)
    told = settings.get("database")
    database = dict(told) if isinstance(told, Mapping) else {}
    target_of(database)
    limits_of(database)
    if database.get("password"):
        place = place_of(tenant, name, "database", "password")
        database["password"] = vault.seal(str(database["password"]), place)
    books.connections.save(name, CONNECTOR, {**settings, "database": database}, at=at)


def examine(
    connections: Sequence[Connection], vault: Vault, tenant: str, surroundings: Surroundings
) -> Iterator[Finding]:
    """Say of every connection whether Marg answers and knows its branch; no full pull is spent on it."""
    for one in connections:
        if one.config.get("company_code"):
            yield _examined(one, vault.open_all(one.config, tenant, one.name), surroundings)
        else:
            yield Finding(
                what=f"connection {one.name}",
                state="not live",
                sentence="It reads files or tables, not the web API; the next sync says how they are.",
            )


def _examined(connection: Connection, settings: Mapping[str, JsonValue], surroundings: Surroundings) -> Finding:
    what = f"connection {connection.name}"
    try:
        known = {one.number: one.name for one in list_branches(settings, surroundings)}
    except KhataError as error:
        return Finding(what=what, state=_state(error), sentence=error.message, remedy=_remedy(error), is_usable=False)
    lost = [number for number in settings.get("branches", ()) if number not in known]
    if lost:
        return Finding(
            what=what,
            state="branch gone",
            sentence=f"Marg does not list the branch {', '.join(lost)} under this company code any more.",
            remedy="Ask whoever keeps Marg whether the branch was closed, or connect again.",
            is_usable=False,
        )
    return Finding(
        what=what,
        state="answers",
        sentence=f"Marg answers and knows {len(known)} branches, this one among them. Whether MargKey and decryption "
        "key are right shows in the next sync: trying them costs a pull.",
    )


def _state(error: KhataError) -> str:
    match error:
        case SourceUnavailable():
            return "silent"
        case CredentialError():
            return "keys refused"
        case _:
            return "refused"


def _remedy(error: KhataError) -> str:
    if isinstance(error, SourceUnavailable):
        return "Look whether this computer reaches the internet, and try again later: Marg's servers rest at times."
    return "Check the keys with Marg's support and connect again: khata connect marg."


def _reads(connection: Connection, branch: MargBranch) -> bool:
    return bool(connection.config.get("company_code")) and connection.config.get("branches") == [branch.number]


def _branch(row: Mapping[str, Any]) -> MargBranch:
    number = str(row.get("CompanyID") or row.get("ID") or "").strip()
    words = (str(row.get(field) or "").strip() for field in ("Name", "Branch"))
    return MargBranch(number=number, name=" - ".join(dict.fromkeys(filter(None, words))) or f"Branch {number}")


def _named(known: Sequence[MargBranch], wanted: str, told: str) -> MargBranch:
    meant = wanted.strip().casefold()
    exact = [one for one in known if meant in (one.number, one.name.casefold())]
    found = exact or [one for one in known if one.name.casefold().startswith(meant)]
    if len(found) == 1:
        return found[0]
    raise NotFound(f"{wanted!r} means {len(found)} branches; there are: {told}.", code="company.unknown")
