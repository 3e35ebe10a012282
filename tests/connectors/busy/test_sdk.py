"""The SDK's own tests of a tap, against the sandbox's files."""

from __future__ import annotations

from typing import Any

import pytest
from singer_sdk.testing import SuiteConfig, get_tap_test_class

from connectors.busy.tap import TapBusy
from sandbox.busy.exports import write, write_lists
from sandbox.world import WorldSpec, build_world

pytestmark = pytest.mark.filterwarnings("ignore:No records were available to test")
"""An export carries no change stamp; only databases do, so the column is empty here."""
_EMPTY = ["units", "item_groups", "material_centres", "other_masters", "deleted"]
"""No export of the first three was seen; the sandbox writes none."""
_CONFIG: dict[str, Any] = {"files": ["none.DAT"], "company": "Asha Traders"}
"""Filled before the first test: the files are written by a fixture, the class is made when this file is read."""


@pytest.fixture(scope="module", autouse=True)
def files(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("busy")
    made = write(WorldSpec(seed=4, vouchers=80), folder, closing=True)
    lists = write_lists(build_world(seed=4, vouchers=80), folder / "lists")
    _CONFIG["files"] = [str(path) for path in (*made.paths, *lists)]


TestTapBusy = get_tap_test_class(
    TapBusy, config=_CONFIG, suite_config=SuiteConfig(ignore_no_records_for_streams=_EMPTY)
)
