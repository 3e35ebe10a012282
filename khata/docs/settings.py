"""``docs/settings.md``: every setting with its variable, default and sentence."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from khata.settings import SECTIONS, SettingField, iter_setting_fields

PAGE = "settings.md"
_INTRODUCTION = """# Settings

Generated from `khata/settings.py` by `make docs`; do not edit.

Nothing has to be set: without a file and without a variable Khata keeps its books in an SQLite file in the user's data
folder. A value is taken from, strongest first: an option on the command line, the environment, the settings file, the
default; `khata config show` prints each value and who said it.

The settings file is TOML: a section per heading below. It is looked for as `--config FILE`, then `KHATA_CONFIG`, then
`~/.config/khata/config.toml` (macOS: `~/Library/Application Support/Khata/config.toml`, Windows:
`%APPDATA%\\Khata\\config.toml`). An unknown section, key or `KHATA_` variable is an error that names the nearest valid
one. Passwords never belong in the file; one found there is refused.

How to sign in to a Temporal cluster is said by Temporal's own variables: `TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`,
`TEMPORAL_API_KEY`, `TEMPORAL_TLS`, `TEMPORAL_TLS_SERVER_CA_CERT_PATH`, `TEMPORAL_TLS_CLIENT_CERT_PATH`,
`TEMPORAL_TLS_CLIENT_KEY_PATH`, `TEMPORAL_TLS_SERVER_NAME`.
"""
_DEFAULTS = {"data.folder": "the user's data folder"}


def render() -> str:
    """Return the page."""
    parts = [_INTRODUCTION]
    for section, fields in groupby(iter_setting_fields(), key=lambda item: item.section):
        parts.append(
            f"\n## [{section}]\n\n{SECTIONS[section].__doc__}\n\n| key | variable | default | |\n|---|---|---|---|\n"
        )
        parts += [_row(item) for item in fields]
    return "".join(parts)


def _row(item: SettingField) -> str:
    default = _DEFAULTS.get(item.name, _default_text(item.default))
    return f"| `{item.key}` | `{item.variable}` | {default} | {item.sentence} |\n"


def _default_text(value: object) -> str:
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value}`" if str(value) and value != Path() else "empty"
