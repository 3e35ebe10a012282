"""``python -m khata.docs``: write every generated page; ``--check`` only says which ones are out of date."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from khata.docs import api, canonical_model, command_line, errors, settings

FOLDER = Path(__file__).resolve().parents[2] / "docs"
PAGES: Mapping[str, Callable[[], str]] = {
    module.PAGE: module.render for module in (api, canonical_model, command_line, errors, settings)
}


def stale_pages(folder: Path = FOLDER) -> list[str]:
    """Names of the pages that are not what the code would write now."""
    return [name for name, render in PAGES.items() if _text(folder / name) != render()]


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def main(arguments: list[str]) -> int:
    """Write the pages, or check them."""
    stale = stale_pages()
    if "--check" in arguments:
        for name in stale:
            sys.stdout.write(f"docs/{name} is out of date; run: make docs\n")
        return 1 if stale else 0
    for name in stale:
        (FOLDER / name).write_text(PAGES[name](), encoding="utf-8")
        sys.stdout.write(f"docs/{name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
