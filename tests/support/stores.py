"""Empty stores to begin with."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from storage import Store, open_store


@cache
def migrated_file() -> Path:
    """A migrated SQLite file to copy, made once in a process: making the schema takes longer than most tests."""
    folder = Path(tempfile.mkdtemp(prefix="khata-test-template-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    open_store(f"sqlite:///{folder / 'books.db'}", migrate=True).close()
    return folder / "books.db"


def empty_store(path: Path) -> Store:
    """Open a store without books: a copy of that file."""
    shutil.copy(migrated_file(), path)
    return open_store(f"sqlite:///{path}")
