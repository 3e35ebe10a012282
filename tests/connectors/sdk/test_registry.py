"""The registry: folders are connectors; listing imports nothing heavy; a broken folder harms nobody else."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import connectors
from canonical.errors import ConfigurationError
from connectors.sdk.registry import connector_names, get_connector

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def dropped_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A second folder in which connectors are found."""
    monkeypatch.setattr(connectors, "__path__", [*connectors.__path__, str(tmp_path)])
    yield tmp_path
    for name in [name for name in sys.modules if name.startswith("connectors.dropped")]:
        del sys.modules[name]


def drop(folder: Path, name: str, text: str) -> None:
    (folder / name).mkdir()
    (folder / name / "__init__.py").write_text(text)


def test_the_five_systems_are_there_and_what_they_share_is_not() -> None:
    assert {"busy", "marg", "quickbooks", "tally", "zoho"} <= set(connector_names())
    assert "sdk" not in connector_names()
    assert get_connector("tally").name == "tally"


@pytest.mark.parametrize("name", ["nothing", "sdk", "../tally", ""])
def test_what_is_not_there_is_said_with_what_is(name: str) -> None:
    with pytest.raises(ConfigurationError, match=r"available: .*tally") as caught:
        get_connector(name)
    assert caught.value.code == "connector.unknown"


def test_a_new_folder_is_a_new_connector(dropped_in: Path) -> None:
    drop(
        dropped_in,
        "dropped_one",
        "from connectors.sdk.base import Connector\n"
        "CONNECTOR = Connector(name='dropped_one', title='x', tap=lambda: None, translator=lambda company: None)",
    )
    assert "dropped_one" in connector_names()
    assert get_connector("dropped_one").title == "x"


def test_a_folder_that_lacks_a_package_is_unavailable_not_fatal(dropped_in: Path) -> None:
    drop(dropped_in, "dropped_two", "import a_driver_nobody_installed")
    assert "tally" in connector_names()
    assert "dropped_two" not in connector_names()
    with pytest.raises(ConfigurationError, match="a_driver_nobody_installed") as caught:
        get_connector("dropped_two")
    assert caught.value.code == "connector.unavailable"


def test_listing_loads_no_tap_and_no_parser() -> None:
    code = (
        "import sys; from connectors.sdk.registry import connector_names; connector_names();"
        "print([m for m in ('singer_sdk', 'lxml', 'requests') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
