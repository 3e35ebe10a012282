"""How laws are tried: without a stop-watch, because a busy machine is no counter-example.

``make test-fast`` tries fewer examples (``--hypothesis-profile=quick``); a test that says its own number keeps it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings

settings.register_profile("unhurried", deadline=None)
settings.register_profile("quick", deadline=None, max_examples=20)
settings.load_profile("unhurried")


@pytest.fixture(scope="module")
def totals(request: pytest.FixtureRequest) -> Iterator[Counter[str]]:
    """What the histories of a module held, counted by them; printed when the last is over."""
    counted: Counter[str] = Counter()
    yield counted
    capture: Any = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        print("\n" + ", ".join(f"{counted[name]} {name}" for name in sorted(counted)))  # noqa: T201 - the figures
