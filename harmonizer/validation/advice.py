"""What to do about a finding, in the words of the program the books are kept in (``advice.toml``)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path


def advise(code: str, connector: str, label: str) -> str:
    """Return what to do about a finding of a code, for a person at the source.

    Args:
        code: of the finding.
        connector: where the books are kept.
        label: the record in words.
    """
    advice = load_advice()
    sentence = advice.get(connector, {}).get(code) or advice["others"][""]
    return sentence.replace("{label}", label)


@cache
def load_advice() -> Mapping[str, Mapping[str, str]]:
    """Read the sentences: by source, then by code."""
    text = Path(__file__).with_name("advice.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
