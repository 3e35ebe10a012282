"""Connecting a running Tally: which companies are open, how this Tally behaves, what is saved of it.

One connection per company, so that each has its own bookmarks, its own proof and its own schedule; several companies of
one Tally share its address, and the gateway's lock keeps them from talking at once. Where next: ``cli/connect.py``.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from canonical.errors import ConfigurationError, NotFound
from connectors.tally.gateway.calibrate import calibrate
from connectors.tally.gateway.client import GatewayClient
from connectors.tally.gateway.companies import LoadedCompany, list_books, same_name
from connectors.tally.gateway.endpoint import SETTINGS as ENDPOINT_SETTINGS
from connectors.tally.gateway.endpoint import Endpoint, parse_endpoint
from connectors.tally.odbc.settings import SETTINGS as ODBC_SETTINGS
from connectors.tally.odbc.settings import parse_settings as parse_odbc
from khata.reading.tenant import check_slug
from khata.vault import Vault, place_of
from workflows.steps import HUB_ONLY

if TYPE_CHECKING:
    from canonical.record import JsonValue
    from connectors.sdk.base import Surroundings
    from connectors.tally.gateway.profile import CapabilityProfile
    from storage import Connection, TenantStore

CONNECTOR = "tally"
TOKEN_BYTES = 24
LISTENER_TOKEN = "listener_token"  # noqa: S105 - the name of the field, not a token
SLUG_MAX = 40
GATEWAY, ODBC = "gateway", "odbc"
SETTABLE: Mapping[str, Collection[str]] = {GATEWAY: ENDPOINT_SETTINGS, ODBC: tuple(ODBC_SETTINGS)}
"""What a person may set of a connection to a running Tally, by part."""
OwnSettings = Mapping[str, Mapping[str, "JsonValue"]]
"""By part and name; None takes a setting back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """A company that was connected.

    Attributes:
        name: of the connection.
        is_new: there was none of this company before.
    """

    name: str
    company: LoadedCompany
    profile: CapabilityProfile
    is_new: bool


def gateway_client(
    url: str, surroundings: Surroundings, own: OwnSettings | None = None, earlier: Connection | None = None
) -> GatewayClient:
    """A client for a Tally at an address.

    Args:
        url: the address.
        surroundings: of this process.
        own: what the person set; how patiently it is asked is of it.
        earlier: the connection there is; what was set of it holds where nothing is set now.

    Raises:
        ConfigurationError: the address cannot be one, or a setting has a value it cannot have.
    """
    before = _settable(earlier.config, GATEWAY) if earlier is not None else {}
    patience = _given({**before, **(own or {}).get(GATEWAY, {})})
    return client_of(parse_endpoint({"url": url, **patience}), surroundings)


def parse_own_settings(written: Iterable[str]) -> OwnSettings:
    """Read settings of a connection as they are typed: ``gateway.answer_timeout_s=300``, ``odbc.use=fallback``.

    One without a value is taken back.

    Raises:
        ConfigurationError: ``connection.setting``.
    """
    own: dict[str, dict[str, JsonValue]] = {}
    for one in written:
        name, is_given, text = one.partition("=")
        part, _, key = name.strip().partition(".")
        if not is_given or key not in SETTABLE.get(part, ()):
            known = ", ".join(f"{owner}.{item}" for owner, items in SETTABLE.items() for item in items)
            raise ConfigurationError(
                f"{one[:80]!r} is no setting of a connection; write one like gateway.pause_s=2. There are: {known}.",
                code="connection.setting",
            )
        own.setdefault(part, {})[key] = _value(text.strip())
    parse_endpoint(_given(own.get(GATEWAY, {})))
    parse_odbc(_given(own.get(ODBC, {})))
    return own


def with_own_settings(
    config: Mapping[str, JsonValue], earlier: Mapping[str, JsonValue] | None, own: OwnSettings
) -> dict[str, JsonValue]:
    """Add what a person set: now, or when the connection was made; an address and a measurement are never kept.

    ODBC stands beside the gateway once anything of it is set.

    Raises:
        ConfigurationError: ``tally.odbc.setting``, ``tally.odbc.address``, ``tally.gateway.address``.
    """
    merged = dict(config)
    for part in SETTABLE:
        merged[part] = _given({**(config.get(part) or {}), **_settable(earlier or {}, part), **own.get(part, {})})
    parse_endpoint(merged[GATEWAY])
    if merged[ODBC]:
        parse_odbc(merged[ODBC])
    else:
        del merged[ODBC]
    return merged


def client_of(endpoint: Endpoint, surroundings: Surroundings) -> GatewayClient:
    """A client for an endpoint, on this process's locks."""
    surroundings.work_directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    return GatewayClient(
        endpoint,
        work_directory=surroundings.work_directory,
        clock=surroundings.clock,
        sleep=surroundings.sleep,
    )


def open_companies(client: GatewayClient) -> tuple[LoadedCompany, ...]:
    """Return the companies that can be connected: open, and with books of their own.

    Raises:
        SourceError: Tally does not answer, or has no company open, or a group of companies only.
    """
    return list_books(client)


def choose_companies(
    loaded: Sequence[LoadedCompany], wanted: Sequence[str], *, everything: bool
) -> tuple[LoadedCompany, ...]:
    """Pick the companies meant: those named, all, or the only one.

    Raises:
        NotFound: none of a name is open.
        ConfigurationError: several are open and nothing says which.
    """
    if everything:
        return tuple(loaded)
    if wanted:
        return tuple(_named(loaded, name) for name in wanted)
    if len(loaded) == 1:
        return tuple(loaded)
    raise ConfigurationError(
        f"{len(loaded)} companies are open in Tally: {_names(loaded)}. Say which: --company NAME (may be repeated), or "
        "--all.",
        code="company.ambiguous",
    )


def connect_company(
    books: TenantStore,
    client: GatewayClient,
    company: LoadedCompany,
    save: Callable[[str, Mapping[str, JsonValue], Connection | None], None],
    *,
    name: str = "",
) -> Connected:
    """Measure how this Tally behaves with a company, and save the connection.

    Args:
        books: the tenant's; a connection of the same company is changed, not doubled.
        client: the Tally.
        company: as ``open_companies`` gave it.
        save: stores name and settings; gets the connection there was.
        name: of the connection; made of the company's name if empty.

    Raises:
        SourceError: as ``calibrate``.
        RuleError: the name cannot be one.
    """
    known = books.connections.list()
    earlier = find_connection(known, company)
    if earlier is not None and name not in ("", earlier.name):
        raise ConfigurationError(
            f"{company.name} is connected already, as {earlier.name}; leave out --name, or remove that one first.",
            code="connection.exists",
            connection=earlier.name,
        )
    chosen = name or (earlier.name if earlier else free_name(company.name, (one.name for one in known)))
    check_slug(chosen)
    taken = next((one for one in known if one.name == chosen and one != earlier), None)
    if taken is not None:
        raise ConfigurationError(
            f"There is a connection {chosen} already, of something else; give another --name.",
            code="connection.name_taken",
            connection=chosen,
        )
    profile = calibrate(client, company)
    save(chosen, settings_of(client.endpoint, company, profile), earlier)
    return Connected(name=chosen, company=company, profile=profile, is_new=earlier is None)


def settings_of(endpoint: Endpoint, company: LoadedCompany, profile: CapabilityProfile) -> dict[str, JsonValue]:
    """What a connection to one company of a Tally is configured with; the tap's own settings."""
    return {
        "gateway": {"url": endpoint.url, "charset": profile.charset.value, "pause_s": endpoint.pause_s},
        "company": company.name,
        "company_guid": company.guid,
        "profile": profile.to_json(),
        HUB_ONLY: {
            "company_number": company.number,
            "books_from": company.books_from.isoformat() if company.books_from else "",
        },
    }


def with_listener_token(
    config: Mapping[str, JsonValue], earlier: Mapping[str, JsonValue] | None, vault: Vault, tenant: str, name: str
) -> dict[str, JsonValue]:
    """Add the sealed token that authenticates events of this connection's Tally; one it had before stays."""
    sealed = _hub_part(earlier or {}).get(LISTENER_TOKEN)
    if sealed is None:
        token = secrets.token_urlsafe(TOKEN_BYTES)
        sealed = vault.seal(token, place_of(tenant, name, HUB_ONLY, LISTENER_TOKEN))
    return {**config, HUB_ONLY: {**_hub_part(config), LISTENER_TOKEN: sealed}}


def listener_token(connection: Connection, vault: Vault, tenant: str) -> str:
    """Return the token of a connection's events, empty if it has none.

    Raises:
        CredentialError: it cannot be opened with our keys.
    """
    sealed = _hub_part(connection.config).get(LISTENER_TOKEN)
    return vault.open(sealed, place_of(tenant, connection.name, HUB_ONLY, LISTENER_TOKEN)) if sealed else ""


def find_connection(known: Iterable[Connection], company: LoadedCompany) -> Connection | None:
    """Find the connection that reads this company from a gateway: same GUID, and same number (a split has another)."""
    return next((one for one in known if one.config.get("gateway") and _is_of(known_company(one), company)), None)


def free_name(company: str, taken: Iterable[str]) -> str:
    """Make a connection's name of a company's: lower case, hyphens; numbered if it is taken."""
    base = re.sub(r"[^a-z0-9]+", "-", company.casefold()).strip("-")[:SLUG_MAX].strip("-") or CONNECTOR
    used = set(taken)
    names = (base, *(f"{base}-{number}" for number in range(2, len(used) + 3)))
    return next(name for name in names if name not in used)


def endpoint_of(connection: Connection) -> Endpoint:
    """The endpoint a connection reads.

    Raises:
        ConfigurationError: the connection does not read a running Tally.
    """
    gateway = connection.config.get("gateway")
    if not gateway:
        raise ConfigurationError(
            f"The connection {connection.name} reads files, not a running Tally; 'khata connect tally' connects one.",
            code="connection.not_live",
            connection=connection.name,
        )
    return parse_endpoint(gateway)


def is_running_source(connection: Connection) -> bool:
    """Whether a connection reads what can be asked cheaply if it moved: a running Tally, BUSY's databases."""
    return any(connection.config.get(part) for part in ("gateway", "database"))


def known_company(connection: Connection) -> LoadedCompany:
    """The company a connection reads, as far as its settings say."""
    config, kept = connection.config, _hub_part(connection.config)
    return LoadedCompany(
        name=str(config.get("company", "")),
        guid=str(config.get("company_guid", "")),
        number=str(kept.get("company_number", "")),
        books_from=date.fromisoformat(kept["books_from"]) if kept.get("books_from") else None,
    )


def _is_of(known: LoadedCompany, company: LoadedCompany) -> bool:
    return known.guid == company.guid and company.number in (known.number, "")


def _settable(config: Mapping[str, JsonValue], part: str) -> dict[str, JsonValue]:
    """What a person may have set of a part."""
    return {name: value for name, value in (config.get(part) or {}).items() if name in SETTABLE[part]}


def _given(values: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Leave out what was taken back."""
    return {name: value for name, value in values.items() if value is not None}


def _value(text: str) -> JsonValue:
    """A number where it reads as one, else the words; nothing takes a setting back."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text or None


def _hub_part(config: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    return dict(config.get(HUB_ONLY) or {})


def _named(loaded: Sequence[LoadedCompany], name: str) -> LoadedCompany:
    exact = [company for company in loaded if same_name(company.name, name)]
    begun = [company for company in loaded if company.name.casefold().startswith(name.strip().casefold())]
    found = exact or begun
    if len(found) == 1:
        return found[0]
    if found:
        raise ConfigurationError(
            f"Several open companies begin with {name!r}: {_names(found)}. Write the name in full.",
            code="company.ambiguous",
        )
    raise NotFound(
        f"No company {name!r} is open in Tally; open are: {_names(loaded)}. Open it there (F3 > Select Company); it "
        "cannot be opened from outside.",
        code="company.unknown",
    )


def _names(companies: Sequence[LoadedCompany]) -> str:
    return ", ".join(company.name for company in companies)
