"""The SDK's own tests of a tap, against the fake API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from singer_sdk.testing import SuiteConfig, get_tap_test_class

from connectors.quickbooks.tap import TapQuickBooks
from sandbox.quickbooks.limits import Limits
from tests.connectors.quickbooks.api import api

_EMPTY = ["census", "classes", "departments"]
_CONFIG: dict[str, Any] = {"realm_id": "0", "api_url": "http://127.0.0.1:9"}
"""Filled before the first test: the server is started by a fixture, the class is made when this file is read."""


@pytest.fixture(scope="module", autouse=True)
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder: Path = tmp_path_factory.mktemp("quickbooks")
    with api(folder, limits=Limits.none(), documents=120) as made:
        _CONFIG.update(made.config(page_rows=1000))
        yield


TestTapQuickBooks = get_tap_test_class(
    TapQuickBooks,
    config=_CONFIG,
    suite_config=SuiteConfig(max_records_limit=5000, ignore_no_records_for_streams=_EMPTY),
)
