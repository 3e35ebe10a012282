"""Golden files: what the code says today, written down to be read by a person when it changes.

``pytest tests/golden --update-golden`` writes them anew; the difference is then reviewed like code.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

CheckGolden = Callable[[Path, str], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden files anew, then review the diff")


@pytest.fixture
def check_golden(request: pytest.FixtureRequest) -> CheckGolden:
    """Compare a text with its golden file, or write the file."""
    # the option is unknown where tests/golden was not named on the command line: conftest comes too late there
    is_update = bool(request.config.getoption("--update-golden", default=False))

    def check(path: Path, text: str) -> None:
        if is_update:
            path.write_text(text, encoding="utf-8", newline="\n")
            return
        assert path.exists(), f"{path.name} is missing; write it with: pytest tests/golden --update-golden"
        assert text == path.read_text(encoding="utf-8"), "if the change is meant: pytest tests/golden --update-golden"

    return check
