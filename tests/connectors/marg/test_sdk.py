"""The SDK's own tests of a tap, against the fake API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from singer_sdk.testing import SuiteConfig, get_tap_test_class

from connectors.marg.tap import TapMarg
from tests.connectors.marg.support import ede

_CONFIG: dict[str, Any] = {"company_code": "-", "marg_key": "-", "decryption_key": "-", "api_url": "http://127.0.0.1:9"}
"""Filled before the first test: the server is started by a fixture, the class is made when this file is read."""


@pytest.fixture(scope="module", autouse=True)
def served() -> Iterator[None]:
    with ede(2, vouchers=60) as made:
        _CONFIG.update(made.config(full_pulls_per_day=0))
        yield


TestTapMarg = get_tap_test_class(TapMarg, config=_CONFIG, suite_config=SuiteConfig(max_records_limit=5000))
