"""How laws are tried: without a stop-watch, because a busy machine is no counter-example.

``make test-fast`` tries fewer examples (``--hypothesis-profile=quick``); a test that says its own number keeps it.
"""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("unhurried", deadline=None)
settings.register_profile("quick", deadline=None, max_examples=20)
settings.load_profile("unhurried")
