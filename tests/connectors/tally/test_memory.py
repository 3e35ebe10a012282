"""Memory does not grow with the file, whatever is in it: measured in a child process, by the kernel."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.connectors.tally.writing import large_export

ROOT = Path(__file__).resolve().parents[3]
MEASURE = """
import json, sys
from datetime import UTC, datetime
from canonical.errors import KhataError
from connectors.sdk.run import run_tap
from connectors.tally.tap import TapTally
from tests.support.memory import peak_kib

class Sink:
    def accept(self, stream, records): pass
    def bookmark(self, state): pass

code, counts = "", {}
try:
    counts = run_tap(TapTally, json.loads(sys.argv[1]), Sink(), now=datetime(2026, 1, 1, tzinfo=UTC)).counts
except KhataError as error:
    code = error.code
print(json.dumps([code, counts, peak_kib() / 1024]))
"""
SMALL_MB, LARGE_MB = 4, 44


def measure(path: Path) -> tuple[str, dict[str, int], float]:
    """Code of the refusal, records by stream, peak memory in MB of reading a file in a fresh process."""
    config = json.dumps({"files": [str(path)]})
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, config], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    code, counts, peak = json.loads(done.stdout)
    return code, counts, peak


@pytest.fixture(scope="module")
def baseline(tmp_path_factory: pytest.TempPathFactory) -> float:
    path = tmp_path_factory.mktemp("small") / "small.xml"
    large_export(path, SMALL_MB)
    return measure(path)[2]


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["ascii", "utf-16"])
def test_ten_times_the_file_in_the_same_memory(encoding: str, baseline: float, tmp_path: Path) -> None:
    count = large_export(tmp_path / "large.xml", LARGE_MB, encoding)
    code, counts, peak = measure(tmp_path / "large.xml")
    assert (code, counts["vouchers"]) == ("", count)
    assert peak < baseline + 20


def chunks(opening: str, piece: str, times: int, closing: str = "") -> Iterator[str]:
    yield opening
    for _ in range(times):
        yield piece
    yield closing


HOSTILE: dict[str, tuple[Callable[[], Iterator[str]], str]] = {
    "one endless text": (lambda: chunks("<ENVELOPE><VOUCHER><N>", "x" * 1_000_000, 300), "tally.file.text_too_long"),
    "one endless attribute": (lambda: chunks('<ENVELOPE A="', "x" * 1_000_000, 300), "tally.file.text_too_long"),
    "one endless name": (lambda: chunks("<", "x" * 1_000_000, 300), "tally.file.text_too_long"),
    "an endless section": (
        lambda: chunks("<ENVELOPE><VOUCHER><N><![CDATA[", "<" * 1_000_000, 300),
        "tally.file.object_too_large",
    ),
    "an endless object": (
        lambda: chunks("<ENVELOPE><VOUCHER>", "<A>text</A>" * 100_000, 300),
        "tally.file.object_too_large",
    ),
    "elements that are no objects": (
        lambda: chunks("<ENVELOPE>", "<A>text</A>" * 100_000, 10, "</ENVELOPE>"),
        "tally.file.no_objects",
    ),
    "unknown objects in one message": (
        lambda: chunks("<TALLYMESSAGE>", "<A><B>text</B></A>" * 50_000, 5, "</TALLYMESSAGE>"),
        "",
    ),
    "an endless comment": (lambda: chunks("<ENVELOPE><!--", "x<y " * 250_000, 200, "--></ENVELOPE>"), ""),
    "ever different tags": (
        lambda: (
            f"<ENVELOPE>{''.join(f'<T{i}>x</T{i}>' for i in range(n, n + 1000))}</ENVELOPE>"
            for n in range(0, 10**6, 1000)
        ),
        "tally.file.no_objects",
    ),
}


MORE_MB = {"an endless object": 300, "ever different tags": 100}
"""An object is held until it is too large; names of tags are kept by the parser."""


@pytest.mark.slow
@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_files_do_not_fill_the_memory(what: str, baseline: float, tmp_path: Path) -> None:
    write, expected = HOSTILE[what]
    path = tmp_path / "hostile.xml"
    with path.open("w") as file:
        file.writelines(write())
    code, _, peak = measure(path)
    assert code == expected
    assert peak < baseline + MORE_MB.get(what, 40)
