"""A translation that says something else needs another version, or stores keep saying the old.

``tally_versions.json`` holds, for each version of the translator, a digest of what it makes of every golden case. A
case that is added joins the current version; one that comes out otherwise is refused until ``TallyTranslator.version``
is raised.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from connectors.tally.translate import TallyTranslator
from tests.connectors.tally_translate.support import load, run
from tests.golden.test_tally_translation import CASES, FOLDER, render

VERSIONS = Path(__file__).parent / "tally_versions.json"
WHAT_TO_DO = (
    "the translation of {cases} changed since version {version} was written down: raise TallyTranslator.version, so "
    "that stores translate again what they hold, then pytest tests/golden --update-golden"
)


def digests() -> dict[str, str]:
    """What the code of today makes of every case."""
    return {case: hashlib.sha256(render(run(load(FOLDER / f"{case}.xml"))).encode()).hexdigest() for case in CASES}


def changed(recorded: dict[str, dict[str, str]], version: int, now: dict[str, str]) -> list[str]:
    """Cases that come out otherwise than this version has ever made them."""
    before = recorded.get(str(version), {})
    return sorted(case for case, digest in before.items() if now.get(case) != digest)


def test_another_translation_is_another_version(request: pytest.FixtureRequest) -> None:
    recorded = json.loads(VERSIONS.read_text(encoding="utf-8")) if VERSIONS.exists() else {}
    version, now = TallyTranslator.version, digests()
    assert not (cases := changed(recorded, version, now)), WHAT_TO_DO.format(cases=", ".join(cases), version=version)
    if request.config.getoption("--update-golden", default=False):
        recorded[str(version)] = now
        VERSIONS.write_text(json.dumps(recorded, indent=1, sort_keys=True) + "\n", encoding="utf-8", newline="\n")
    assert max(map(int, recorded), default=0) == version, "pytest tests/golden --update-golden writes the version down"
    assert recorded[str(version)] == now, "a case was added: pytest tests/golden --update-golden"


def test_a_change_under_the_same_version_is_named() -> None:
    assert changed({"2": {"a": "1", "b": "1"}}, 2, {"a": "1", "b": "2", "c": "9"}) == ["b"]
    assert changed({"2": {"a": "1"}}, 3, {"a": "2"}) == []
