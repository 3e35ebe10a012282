"""Writes a connector's folder from the templates."""

from __future__ import annotations

import keyword
import re
from pathlib import Path
from string import Template

from canonical.errors import RuleError

_NAME = re.compile(r"[a-z][a-z0-9_]{1,30}")
MODULES = {
    "__init__": "init",
    "recognition": "recognition",
    "tap": "tap",
    "translate": "translate",
    "example": "example",
}
"""Module by template."""


def write_connector(name: str, title: str, home: Path) -> tuple[Path, ...]:
    """Write the folder of a new connector.

    Args:
        name: of the folder and the connector.
        title: for people.
        home: the folder of connectors.

    Returns:
        The files written.

    Raises:
        RuleError: the name cannot be one, or the folder is there already.
    """
    if not _NAME.fullmatch(name) or keyword.iskeyword(name) or name == "sdk":
        raise RuleError(
            f"{name!r} cannot be a connector's name; use lower-case letters, digits and _, such as acme_books.",
            code="connector.name_invalid",
        )
    folder = home / name
    if folder.exists():
        raise RuleError(f"{folder} is there already; nothing was written.", code="connector.exists")
    folder.mkdir(parents=True)
    words = {"name": name, "title": title, "Name": "".join(part.capitalize() for part in name.split("_"))}
    written = []
    files = {"README.md": "readme", **{f"{module}.py": template for module, template in MODULES.items()}}
    for file, template in files.items():
        path = folder / file
        path.write_text(Template(_template(template)).substitute(words), encoding="utf-8")
        written.append(path)
    return tuple(written)


def _template(name: str) -> str:
    return (Path(__file__).with_name("templates") / f"{name}.txt").read_text(encoding="utf-8")
