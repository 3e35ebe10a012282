"""No secret in a log line, an error or a traceback, whoever wrote it."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from khata.logs import MaskingFormatter, configure_logging, mask_secrets
from khata.settings import MASK
from tests.khata.running import run

SECRET = "hunter2"
ADDRESS = f"postgresql://asha:{SECRET}@db.invalid/khata"
KEY = "khata_" + "k" * 43


@pytest.fixture(autouse=True)
def root_handlers_as_they_were() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def logged(level: str, say: logging.Logger) -> str:
    stream = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stderr", stream)
        root = logging.getLogger()
        root.handlers[:] = [h for h in root.handlers if not isinstance(h.formatter, MaskingFormatter)]
        configure_logging(level)
        say.info("info about %s", ADDRESS)
        say.warning("warning about %s and %s", ADDRESS, KEY)
        say.error("failed", exc_info=ConnectionError(f"cannot reach {ADDRESS}"))
    return stream.getvalue()


@pytest.mark.parametrize("name", ["khata.api", "sqlalchemy.engine", "some.library"])
def test_no_log_line_holds_a_secret(name: str) -> None:
    logger = logging.getLogger(name)
    logger.setLevel(logging.INFO)
    text = logged("info", logger)
    assert SECRET not in text
    assert KEY not in text
    assert f"postgresql://asha:{MASK}@db.invalid/khata" in text
    assert "ConnectionError" in text


def test_the_level_holds_for_libraries_that_set_their_own() -> None:
    logger = logging.getLogger("chatty.library")
    logger.setLevel(logging.DEBUG)
    text = logged("warning", logger)
    assert "info about" not in text
    assert "warning about" in text


def test_configuring_again_adds_no_second_line() -> None:
    configure_logging("warning")
    before = len(logging.getLogger().handlers)
    configure_logging("info")
    assert len(logging.getLogger().handlers) == before


@pytest.mark.parametrize("arguments", [("companies",), ("--debug", "companies"), ("db", "status"), ("config", "show")])
def test_no_command_prints_the_password_of_its_database(arguments: tuple[str, ...], tmp_path: Path) -> None:
    done = run(tmp_path, *arguments, env={"KHATA_DATABASE__URL": f"{ADDRESS}?connect_timeout=1"})
    assert SECRET not in done.output + done.errors


def test_masking_leaves_the_rest_of_a_text_alone() -> None:
    assert mask_secrets(f"a {KEY} b {ADDRESS}, c") == f"a khata_{MASK} b postgresql://asha:{MASK}@db.invalid/khata, c"
    assert (
        mask_secrets("see https://example.com/a?b=c and khata_short") == "see https://example.com/a?b=c and khata_short"
    )
