"""What tests of writing over an API share, whatever the product: permission, reading a command, faults on the way."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from connectors.sdk.writing.api_command import ApiCommand, ApiOperation, iter_api_commands
from connectors.sdk.writing.policy import WritePolicy

RUNS = int(os.environ.get("KHATA_WRITE_RUNS", "12"))
EVERYTHING = WritePolicy(is_enabled=True, operations=frozenset(ApiOperation))
FAULTS: tuple[Mapping[str, Any], ...] = (
    {"answer_lost": True},
    {"reset": True},
    {"rate_limited": "minute"},
    {"server_error": 500},
    {"gateway_page": 502},
    {"gateway_page_after": 504},
    {"truncate_after_bytes": 40},
    {"drop_after_bytes": 3},
)
"""Each passes: the next try of the call, or the one after it, gets through."""
_TURNS = st.sampled_from(
    [
        {},
        {"answer_lost": True},
        {"reset": True},
        {"rate_limited": "minute"},
        {"server_error": 503},
        {"gateway_page_after": 502},
        {"truncate_after_bytes": 9},
    ]
)
ATTEMPTS = st.lists(st.one_of(st.integers(0, 9), st.lists(_TURNS, min_size=1, max_size=14)), min_size=1, max_size=4)
"""What befalls each attempt of a command: the call its process dies at, or faults of its calls, one after the other."""


def read(document: dict[str, Any]) -> ApiCommand:
    (command,) = iter_api_commands(document)
    return command
