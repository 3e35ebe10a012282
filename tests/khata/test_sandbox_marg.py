"""``khata sandbox write marg`` and ``serve marg``, by the command line."""

from __future__ import annotations

import json
from pathlib import Path

from tests.khata.running import run


def test_bills_are_written_beside_their_truth(tmp_path: Path) -> None:
    done = run(
        tmp_path, "sandbox", "write", "marg", "-o", str(tmp_path / "out"), "--vouchers", "60", "--format", "json"
    )
    assert done.code == 0, done.errors
    told = json.loads(done.output)
    truth = json.loads(Path(told["truth"][0]).read_text("utf-8"))
    names = {bill["file"] for where in ("sold", "bought") for bill in truth[where]}
    assert {Path(path).name for path in told["files"]} == names
    assert truth["left_out"]


def test_several_companies_have_a_folder_each(tmp_path: Path) -> None:
    done = run(
        tmp_path, "sandbox", "write", "marg", "-o", str(tmp_path / "out"), "--vouchers", "30", "--companies", "2"
    )
    assert done.code == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["company-1", "company-2"]


def test_what_can_go_wrong_is_listed(tmp_path: Path) -> None:
    done = run(tmp_path, "sandbox", "serve", "marg", "--list-faults")
    assert done.code == 0
    assert "rate-limited=" in done.output
    assert run(tmp_path, "sandbox", "serve", "marg", "--fault", "no-such-fault").code != 0
