"""One log of all processes: every line with the name of who wrote it, on the console and in a file that rotates.

Where next: ``child.py`` feeds it from one thread per child.
"""

from __future__ import annotations

import logging
import threading
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import IO, TextIO

LOG_FILE = "khata.log"
_FILE_BYTES = 10 * 1024 * 1024
_FILES_KEPT = 3
_LINE_BYTES = 64 * 1024


class MergedLog:
    """Lines from several threads, never mixed within a line.

    Args:
        folder: where ``khata.log`` is kept.
        console: also written to; a console that went away (a closed pipe) is forgotten.
        width: of the names, so that the lines align.
    """

    def __init__(self, folder: Path, console: TextIO, width: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = RotatingFileHandler(
            folder / LOG_FILE, maxBytes=_FILE_BYTES, backupCount=_FILES_KEPT, encoding="utf-8", errors="replace"
        )
        self._file.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
        self._console: TextIO | None = console
        self._width = width
        self._writing = threading.Lock()

    def line(self, name: str, text: str) -> None:
        """Write one line."""
        whole = f"{name:<{self._width}} | {text}"
        record = logging.LogRecord("khata.up", logging.INFO, "", 0, whole, None, None)
        with self._writing:
            self._file.emit(record)
            self._to_console(whole)

    def _to_console(self, whole: str) -> None:
        if self._console is None:
            return
        try:
            self._console.write(whole + "\n")
            self._console.flush()
        except (OSError, ValueError):  # its reader has gone
            self._console = None

    def follow(self, name: str, stream: IO[bytes]) -> threading.Thread:
        """Copy a child's output, line by line, until it ends; a very long line is cut into pieces."""

        def copy() -> None:
            with stream:
                while chunk := stream.readline(_LINE_BYTES):
                    self.line(name, chunk.decode("utf-8", errors="replace").rstrip("\r\n"))

        thread = threading.Thread(target=copy, name=f"log-{name}", daemon=True)
        thread.start()
        return thread

    def close(self) -> None:
        """Close the file."""
        self._file.close()
