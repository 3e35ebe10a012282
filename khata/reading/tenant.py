"""Names of tenants: they stand in addresses, settings and workflow ids, so they are kept simple."""

from __future__ import annotations

import re

from canonical.errors import RuleError

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def check_slug(slug: str) -> None:
    """Refuse a tenant name that is not lower-case letters, digits and inner hyphens, at most 63.

    Raises:
        RuleError: it is something else.
    """
    if not _SLUG.fullmatch(slug):
        raise RuleError(
            f"{slug!r} cannot name a tenant; use lower-case letters, digits and hyphens, such as asha-traders.",
            code="tenant.name_invalid",
        )
