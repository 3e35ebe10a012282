"""Zoho's scopes: which one opens which list, what a sign-in was granted, and how a person grants what is missing.

Zoho answers a missing scope, a role without the right and a token that ended alike (401 with code 57), and its token
endpoint is not documented to say what was granted. So who asks has to know what the call needed; that is read off its
address here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import urlsplit

import requests

from canonical.record import JsonValue
from connectors.zoho.hosts import API_PATH
from connectors.zoho.streams import STREAMS

MODULES: Final = (
    "settings contacts invoices creditnotes customerpayments estimates salesorders bills vendorpayments debitnotes "
    "expenses purchaseorders accountants banking"
).split()
SCOPES: Final = tuple(f"ZohoBooks.{module}.READ" for module in MODULES)
"""Enough to read everything; writing needs CREATE and UPDATE of what is written."""
WHOLE_ACCESS: Final = "zohobooks.fullaccess.all"
SCOPES_SETTING: Final = "scopes"
"""Setting of a connection: scopes asked for instead of the usual ones, with commas between."""
_VERBS: Final = {"POST": "CREATE", "PUT": "UPDATE", "DELETE": "DELETE"}
_OF_PATHS: Final = {spec.path: spec.scope for spec in STREAMS.values()} | {
    "settings": "settings",
    "organizations": "settings",
    "users": "settings",
}


def covers(granted: Iterable[str], scope: str) -> bool:
    """Say whether granted scopes open what a scope opens: itself, all of its module, or everything."""
    held = {one.casefold() for one in granted}
    module = scope.rpartition(".")[0]
    return bool(held & {scope.casefold(), f"{module}.all".casefold(), WHOLE_ACCESS})


def path_of(scope: str) -> str:
    """A list that a scope opens; its first one."""
    module = scope.split(".")[1]
    return next(spec.path for spec in STREAMS.values() if spec.scope == module and spec.path.count("/") == 0)


def lists_of(scope: str) -> tuple[str, ...]:
    """Every list that a scope opens, for people."""
    module = scope.split(".")[1]
    return tuple(name.replace("_", " ") for name, spec in STREAMS.items() if spec.scope == module)


def needed_by(request: requests.PreparedRequest | None) -> tuple[str, str]:
    """What a call asked for, and the scope it needs; both empty if that cannot be told."""
    path = urlsplit(str(request.url)).path.partition(API_PATH)[2].strip("/") if request is not None else ""
    parts = path.split("/")
    for length in (2, 1):
        what = "/".join(parts[:length])
        if what in _OF_PATHS:
            verb = _VERBS.get(str(request.method).upper(), "READ") if request is not None else "READ"
            return what, f"ZohoBooks.{_OF_PATHS[what]}.{verb}"
    return "", ""


def sign_in_again(settings: Mapping[str, JsonValue], connection: str, missing: Iterable[str]) -> str:
    """The command with which a person grants missing scopes; it asks for everything that is read, so that one does.

    Args:
        settings: of the connection; scopes that were asked for by hand are asked for again.
        connection: its name; empty from the shell.
        missing: scopes to be granted too.
    """
    told = [one.strip() for one in str(settings.get(SCOPES_SETTING) or "").split(",") if one.strip()]
    command = f"khata connect zoho --name {connection or 'NAME'}"
    if all(covers(told or SCOPES, one) for one in (*SCOPES, *missing)):
        return command
    more = [one for one in (*told, *missing) if not covers(SCOPES, one)]
    # The setting of an earlier consent is kept unless it is said anew; empty is said anew, and means the usual ones.
    return f"{command} --set {SCOPES_SETTING}={','.join(dict.fromkeys([*SCOPES, *more])) if more else ''}"
