"""Zoho's data centres: a token works only where it was issued, so a connection keeps both of its addresses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from canonical.errors import ConfigurationError
from canonical.record import JsonValue

API_PATH = "/books/v3"
"""Version 4 is announced beside it; nothing retires version 3."""
DATA_CENTER, ACCOUNTS_URL, API_URL = "data_center", "accounts_url", "api_url"
"""Settings; the addresses replace those of the data centre."""
USUAL = "in"
UNIQUE_FIELD, USUAL_FIELD = "write_key_field", "cf_khata_key"
"""Setting, and its default: API name of the unique custom field that bears the identity of what is written."""


@dataclass(frozen=True, slots=True)
class DataCentre:
    """Where people sign in, and where the API is."""

    accounts: str
    api: str


DATA_CENTRES: dict[str, DataCentre] = {
    "us": DataCentre("https://accounts.zoho.com", "https://www.zohoapis.com"),
    "eu": DataCentre("https://accounts.zoho.eu", "https://www.zohoapis.eu"),
    "in": DataCentre("https://accounts.zoho.in", "https://www.zohoapis.in"),
    "au": DataCentre("https://accounts.zoho.com.au", "https://www.zohoapis.com.au"),
    "jp": DataCentre("https://accounts.zoho.jp", "https://www.zohoapis.jp"),
    "ca": DataCentre("https://accounts.zohocloud.ca", "https://www.zohoapis.ca"),
    "cn": DataCentre("https://accounts.zoho.com.cn", "https://www.zohoapis.com.cn"),
    "sa": DataCentre("https://accounts.zoho.sa", "https://www.zohoapis.sa"),
}


def data_centre(settings: Mapping[str, JsonValue]) -> DataCentre:
    """The data centre of a connection.

    Raises:
        ConfigurationError: there is none of that name.
    """
    name = str(settings.get(DATA_CENTER) or USUAL).casefold()
    found = DATA_CENTRES.get(name)
    if found is None:
        raise ConfigurationError(
            f"There is no Zoho data centre {name!r}; known are: {', '.join(DATA_CENTRES)}.", code="zoho.data_center"
        )
    return found


def accounts_url(settings: Mapping[str, JsonValue], facts: Mapping[str, JsonValue]) -> str:
    """Where a connection's tokens are asked for: as set, as its sign-in said, else its data centre's."""
    said = settings.get(ACCOUNTS_URL) or facts.get("accounts_server")
    return str(said or data_centre(settings).accounts).rstrip("/")


def api_url(settings: Mapping[str, JsonValue], facts: Mapping[str, JsonValue]) -> str:
    """Root of a connection's API: as set, as its sign-in said, else its data centre's."""
    if settings.get(API_URL):
        return str(settings[API_URL]).rstrip("/")
    return f"{str(facts.get('api_domain') or data_centre(settings).api).rstrip('/')}{API_PATH}"


def is_zoho_accounts(url: str) -> bool:
    """Whether an address that a callback brought is one of Zoho's own: the secret is not sent anywhere else."""
    return url.rstrip("/") in {centre.accounts for centre in DATA_CENTRES.values()} and urlsplit(url).scheme == "https"
