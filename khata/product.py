"""What this program calls itself."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

DISTRIBUTION = "khata-hub"


def product_version() -> str:
    """Return the installed version; a checkout that is not installed has none to tell."""
    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return "0 (not installed)"
