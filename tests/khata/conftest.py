"""Books that many tests only read, imported once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.khata.ashoka import write_day_book
from tests.khata.running import run


@pytest.fixture(scope="session")
def ashoka_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with the hand-checked customer; tests that write use their own."""
    folder = tmp_path_factory.mktemp("ashoka")
    url = f"sqlite:///{folder / 'khata.db'}"
    done = run(folder, "import", str(write_day_book(folder / "DayBook.xml")), "--db", url)
    assert done.code == 0, done.errors
    return url


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A private home for one test."""
    return tmp_path
