"""Zoho Books: its API with OAuth, by data centre and organisation.

May import: ``canonical``, ``connectors.sdk``.
Start at: ``README.md``, then ``streams.py`` (what there is), ``source.py`` (how it is read) and ``translate/`` (what it
means).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from canonical.record import JsonValue
from connectors.sdk.base import Connector, Translator
from connectors.sdk.tokens import Limits

if TYPE_CHECKING:
    from singer_sdk import Tap

    from canonical.company import Company
    from connectors.sdk.oauth import OAuthProvider
    from connectors.sdk.webhooks import Webhooks


def _tap() -> type[Tap]:
    from connectors.zoho.tap import TapZohoBooks  # noqa: PLC0415 - singer-sdk is imported when a tap is asked for

    return TapZohoBooks


def _translator(company: Company) -> Translator:
    from connectors.zoho.translate.translator import ZohoTranslator  # noqa: PLC0415 - as above

    return ZohoTranslator(company)


def _oauth() -> OAuthProvider:
    from connectors.zoho.oauth import AUTHORISATION  # noqa: PLC0415 - only who signs in needs it

    return AUTHORISATION


def _webhooks() -> Webhooks:
    from connectors.zoho.webhooks import WEBHOOKS  # noqa: PLC0415 - only who receives deliveries needs it

    return WEBHOOKS


def _limits(settings: Mapping[str, JsonValue]) -> Limits:
    from connectors.zoho.limits import limits_of  # noqa: PLC0415 - as above

    return limits_of(settings)


CONNECTOR = Connector(
    name="zoho",
    title="Zoho Books",
    tap=_tap,
    translator=_translator,
    oauth=_oauth,
    webhooks=_webhooks,
    limits=_limits,
    counts_lists=True,
)
