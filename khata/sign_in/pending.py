"""A sign-in that a person gave and no connection has taken yet: which company is meant has still to be said.

Consent cannot be asked for twice without trouble (codes work once, products count tokens), so what it brought is kept
for a while: sealed for its place like every secret, in a file of its owner's, one for each tenant and product.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from canonical.errors import CredentialError
from connectors.sdk.tokens import Tokens, carried_over, tokens_from_json, tokens_to_json
from khata.vault import open_vault, place_of

if TYPE_CHECKING:
    from pathlib import Path

    from canonical.record import JsonValue
    from khata.sign_in.connecting import Products

KEPT_FOR: Final = timedelta(hours=1)
FOLDER: Final = "pending"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """What a consent brought.

    Attributes:
        settings: of the application, its secret open.
        tokens: as exchanged, or renewed since.
    """

    settings: Mapping[str, JsonValue] = field(repr=False)
    tokens: Tokens


def keep(products: Products, pending: Pending) -> None:
    """Keep a sign-in; one that was kept before is forgotten."""
    told = {
        "settings": dict(pending.settings),
        "tokens": tokens_to_json(pending.tokens),
        "at": products.hub.clock().isoformat(),
    }
    sealed = open_vault(products.hub.settings).seal(msgspec.json.encode(told).decode(), _place(products))
    path = _path(products)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.encode(sealed))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def resume(products: Products) -> Pending:
    """Return the sign-in that was kept, with an access token that is good for a while.

    Raises:
        CredentialError: none was kept, or it is too old; or the product has ended it.
        KhataError: as ``OAuthProvider.refresh``.
    """
    found = _find(products)
    if found is None:
        raise CredentialError(
            f"No sign-in to {products.connector} waits to be gone on with (one is kept for an hour). Sign in: khata "
            f"connect {products.connector}",
            code="oauth.nothing_pending",
        )
    if not found.tokens.is_stale(products.hub.clock()):
        return found
    fresh = products.provider.refresh(found.settings, found.tokens, web=products.web)
    renewed = Pending(settings=found.settings, tokens=carried_over(fresh, found.tokens))
    keep(products, renewed)  # a product may have changed the refresh token
    return renewed


def forget(products: Products) -> None:
    """Forget the sign-in that was kept, if there is one."""
    _path(products).unlink(missing_ok=True)


def _find(products: Products) -> Pending | None:
    try:
        sealed = msgspec.json.decode(_path(products).read_bytes())
        told = msgspec.json.decode(open_vault(products.hub.settings).open(sealed, _place(products)))
        if products.hub.clock() - datetime.fromisoformat(told["at"]) > KEPT_FOR:
            forget(products)
            return None
        return Pending(settings=told["settings"], tokens=tokens_from_json(told["tokens"]))
    except (FileNotFoundError, CredentialError, msgspec.MsgspecError, KeyError, TypeError):
        return None  # never kept, damaged, or sealed with a key that is gone: all one can do is sign in


def _path(products: Products) -> Path:
    return products.hub.settings.data.folder / FOLDER / f"{products.tenant}-{products.connector}.json"


def _place(products: Products) -> str:
    return place_of(products.tenant, products.connector, FOLDER)
