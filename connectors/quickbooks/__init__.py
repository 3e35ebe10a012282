"""QuickBooks Online: a company's lists and documents over Intuit's API, and what they mean as postings.

May import: ``canonical``, ``connectors.sdk``.
Start at: ``README.md``, then ``tap.py`` (what is read) and ``translate/`` (what it means).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from canonical.item import Item
from canonical.record import JsonValue
from connectors.sdk.base import Connector, Translator
from connectors.sdk.tokens import Limits

if TYPE_CHECKING:
    from singer_sdk import Tap

    from canonical.company import Company
    from connectors.sdk.oauth import OAuthProvider
    from connectors.sdk.webhooks import Webhooks


def _tap() -> type[Tap]:
    from connectors.quickbooks.tap import TapQuickBooks  # noqa: PLC0415 - singer-sdk is imported when a tap is asked for

    return TapQuickBooks


def _translator(company: Company) -> Translator:
    from connectors.quickbooks.translate.translator import QuickBooksTranslator  # noqa: PLC0415 - as above

    return QuickBooksTranslator(company)


def _oauth() -> OAuthProvider:
    from connectors.quickbooks.oauth import AUTHORISATION  # noqa: PLC0415 - requests is imported when asked

    return AUTHORISATION


def _webhooks() -> Webhooks:
    from connectors.quickbooks.webhooks import WEBHOOKS  # noqa: PLC0415 - as above

    return WEBHOOKS


def _limits(config: Mapping[str, JsonValue]) -> Limits:
    from connectors.quickbooks.settings import limits_of  # noqa: PLC0415 - as above

    return limits_of(config)


CONNECTOR = Connector(
    name="quickbooks",
    title="QuickBooks Online",
    tap=_tap,
    translator=_translator,
    oauth=_oauth,
    webhooks=_webhooks,
    limits=_limits,
    learned_types=(Item,),
)
"""Items are learned too: a line of a bill names its item, and the account is the item's."""
