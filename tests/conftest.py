"""How laws are tried: without a stop-watch, because a busy machine is no counter-example.

``make test`` draws the same examples each time, so that the same code gets the same verdict everywhere; ``make search``
draws new ones, and many. ``make test-fast`` tries fewer. A test that says its own number keeps it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

WHOLE_SYSTEMS = (
    *("live", "end_to_end", "connectors/tally/live", "connectors/busy_db", "khata/live"),
    *("connectors/zoho/test_histories.py", "connectors/zoho/test_end_to_end.py", "workflows/test_apart.py"),
    *("khata/test_publication.py", "khata/test_writing_over_api.py", "khata/test_api_tenants.py"),
    *("khata/files/test_real_import.py", "khata/files/test_histories.py", "khata/sign_in/test_processes.py"),
    *("khata/sign_in/test_webhooks.py", "khata/sign_in/test_connecting.py", "khata/test_errors_and_exits.py"),
    *("connectors/busy/test_end_to_end.py", "khata/files/test_mapping.py", "khata/test_commands.py"),
)
"""Where every test runs processes, fakes and databases through a whole sync or import: slow, all of them."""
LONG = ("slow", "temporal", "postgres")
TESTS = Path(__file__).parent

settings.register_profile("same", deadline=None, derandomize=True, max_examples=60)
settings.register_profile("quick", deadline=None, derandomize=True, max_examples=20)
settings.register_profile("search", deadline=None, max_examples=500)
settings.load_profile("same")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what runs whole systems as slow, and keep each module together.

    What a module begins with is made once, and its tests meet it in the same order everywhere. Long modules come first
    (Makefile's ``--no-loadscope-reorder``), so that at the end no worker waits for another.
    """
    for item in items:
        place = item.path.relative_to(TESTS).as_posix()
        if any(place == one or place.startswith(f"{one}/") for one in WHOLE_SYSTEMS):
            item.add_marker("slow")
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(place))
    long = {item.path for item in items if any(item.get_closest_marker(name) for name in LONG)}
    items.sort(key=lambda item: item.path not in long)


@pytest.fixture(scope="module")
def totals(request: pytest.FixtureRequest) -> Iterator[Counter[str]]:
    """What the histories of a module held, counted by them; printed when the last is over."""
    counted: Counter[str] = Counter()
    yield counted
    capture: Any = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        print("\n" + ", ".join(f"{counted[name]} {name}" for name in sorted(counted)))  # noqa: T201 - the figures
