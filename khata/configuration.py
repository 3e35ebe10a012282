"""Reading settings: arguments over environment over TOML file over defaults, each value with its origin.

Unknown keys are errors that name the nearest valid key; a password in the settings file is refused. Nothing is read
at import time. Where next: ``settings.py`` declares what there is to set.
"""

from __future__ import annotations

import difflib
import os
import sys
import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

from canonical.errors import ConfigurationError
from canonical.money import AmountError, parse_amount
from canonical.receivable import AgeingBasis
from khata.settings import (
    MASK,
    PREFIX,
    SECTIONS,
    Origin,
    OriginKind,
    SettingField,
    Settings,
    iter_setting_fields,
    mask_secret,
)

CONFIG_VARIABLE = "KHATA_CONFIG"
OTHER_VARIABLES = (CONFIG_VARIABLE, "KHATA_SAMPLES", "KHATA_TEST_", "KHATA_BENCH_")
"""Ours, but not settings: the file to read, and (as prefixes) what tests and benchmarks use."""
OPTIONS: Mapping[str, str] = MappingProxyType(
    {"database.url": "--db", "cli.tenant": "--tenant", "temporal.address": "--temporal", "data.folder": "--data"}
)
"""The option that gives a setting as an argument."""


def load_settings(
    *,
    arguments: Mapping[str, object] | None = None,
    environ: Mapping[str, str] | None = None,
    config_file: Path | None = None,
) -> Settings:
    """Assemble the settings of this process.

    Args:
        arguments: ``section.key`` to value for options given explicitly; None values count as not given.
        environ: the environment to read; the process's own by default.
        config_file: the TOML file to read; else ``KHATA_CONFIG``, else ``config.toml`` in the user's config folder.

    Raises:
        ConfigurationError: unknown key (with the nearest valid name), a value that does not fit, an unreadable file,
            or a secret written into the TOML file.
    """
    env = os.environ if environ is None else environ
    fields = {item.name: item for item in iter_setting_fields()}
    values: dict[str, object] = {"data.folder": default_data_folder(env)}
    origins: dict[str, Origin] = {}
    layers = (
        _from_file(_config_path(config_file, env), fields),
        _from_environment(env, fields),
        _from_arguments(arguments or {}),
    )
    for layer in layers:
        for name, value, origin in layer:
            values[name] = _convert(fields[_known(name, fields)], value, origin)
            origins[name] = origin
    return _assemble(values, origins)


def _assemble(values: Mapping[str, object], origins: Mapping[str, Origin]) -> Settings:
    sections: dict[str, Any] = {}
    for section, cls in SECTIONS.items():
        keys = {name.partition(".")[2]: value for name, value in values.items() if name.startswith(f"{section}.")}
        sections[section] = cls(**keys)
    settings = Settings(**sections, origins=MappingProxyType(dict(origins)))
    _check_choices(settings)
    return settings


Layer = Iterator[tuple[str, object, Origin]]


def _from_arguments(arguments: Mapping[str, object]) -> Layer:
    for name, value in arguments.items():
        if value is not None:
            yield name, value, Origin(OriginKind.ARGUMENT, OPTIONS.get(name, name))


def _from_environment(env: Mapping[str, str], fields: Mapping[str, SettingField]) -> Layer:
    by_variable = {item.variable: item.name for item in fields.values()}
    for variable in sorted(env):
        if not variable.startswith(PREFIX) or variable.startswith(OTHER_VARIABLES):
            continue
        if variable not in by_variable:
            raise unknown_name("environment variable", variable, by_variable)
        yield by_variable[variable], env[variable], Origin(OriginKind.ENVIRONMENT, variable)


def _from_file(path: Path | None, fields: Mapping[str, SettingField]) -> Layer:
    if path is None:
        return
    origin = Origin(OriginKind.FILE, str(path))
    for section, keys in _read_toml(path).items():
        if section not in SECTIONS or not isinstance(keys, dict):
            raise unknown_name(f"section in {path}", section, SECTIONS)
        for key, value in keys.items():
            name = f"{section}.{key}"
            _refuse_secret(fields[_known(name, fields, f"setting in {path}")], value, path)
            yield name, value, origin


def _read_toml(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigurationError(f"The settings file {path} does not exist; create it or drop --config.") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"The settings file {path} cannot be read: {error}.") from error


def _refuse_secret(item: SettingField, value: object, path: Path) -> None:
    if item.is_secret and isinstance(value, str) and mask_secret(value) != value:
        raise ConfigurationError(
            f"{item.name} in {path} holds a secret; a settings file is copied and shared, so put it in the "
            f"environment variable {item.variable} instead.",
            code="khata.configuration.secret_in_file",
            setting=item.name,
        )


def _known(name: str, fields: Mapping[str, SettingField], what: str = "setting") -> str:
    if name not in fields:
        raise unknown_name(what, name, fields)
    return name


def unknown_name(what: str, name: str, valid: Mapping[str, object]) -> ConfigurationError:
    """Build the error for a name that nobody declared, with the nearest one that somebody did."""
    nearest = difflib.get_close_matches(name, list(valid), n=1, cutoff=0.4)
    advice = f"did you mean {nearest[0]}?" if nearest else f"valid names are {', '.join(valid)}."
    return ConfigurationError(
        f"Unknown {what} {name!r}; {advice}", code="khata.configuration.unknown_setting", setting=name
    )


def _convert(item: SettingField, value: object, origin: Origin) -> object:
    try:
        return _checked(_READERS[item.type](value), item)
    except ValueError as error:
        shown = MASK if item.is_secret else repr(value)
        expected = f"a whole number from {item.least} up" if item.least else _EXPECTED[item.type]
        raise ConfigurationError(
            f"{item.name} = {shown} ({origin}) does not fit: {expected} is expected.",
            code="khata.configuration.invalid_value",
            setting=item.name,
        ) from error


def _checked(value: object, item: SettingField) -> object:
    if isinstance(value, int) and value < item.least:
        raise ValueError(value)
    return value


def _read_bool(value: object) -> bool:
    word = str(value).strip().lower()
    if word in {"true", "1", "yes", "on"}:
        return True
    if word in {"false", "0", "no", "off"}:
        return False
    raise ValueError(word)


def _read_int(value: object) -> int:
    if isinstance(value, bool):
        raise ValueError(value)  # noqa: TRY004 - a boolean is a wrong value like any other here
    number = int(str(value))
    if number < 0:
        raise ValueError(number)
    return number


def _read_rupees(value: object) -> Decimal:
    if isinstance(value, bool):
        raise ValueError(value)  # noqa: TRY004 - a boolean is a wrong value like any other here
    try:
        amount = parse_amount(str(value))
    except AmountError as error:
        raise ValueError(value) from error
    if amount < 0:
        raise ValueError(value)
    return amount


_READERS: Mapping[type, Any] = {
    str: str,
    int: _read_int,
    bool: _read_bool,
    Path: lambda value: Path(str(value)).expanduser(),
    Decimal: _read_rupees,
    AgeingBasis: lambda value: AgeingBasis(str(value)),
}
_EXPECTED: Mapping[type, str] = {
    str: "text",
    int: "a whole number from 0 up",
    bool: "true or false",
    Path: "a path",
    Decimal: "rupees from 0 up, such as 0.50",
    AgeingBasis: "due or bill",
}
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "receivables.fifo": ("none", "on-account", "all"),
    "log.level": ("debug", "info", "warning", "error"),
}


def _check_choices(settings: Settings) -> None:
    for name, choices in _CHOICES.items():
        section, _, key = name.partition(".")
        value = getattr(getattr(settings, section), key)
        if value not in choices:
            raise ConfigurationError(
                f"{name} = {value!r} ({settings.origin(name)}) does not fit: expected {' or '.join(choices)}.",
                code="khata.configuration.invalid_value",
                setting=name,
            )


def _config_path(explicit: Path | None, env: Mapping[str, str]) -> Path | None:
    if explicit is not None:
        return explicit
    if env.get(CONFIG_VARIABLE):
        return Path(env[CONFIG_VARIABLE]).expanduser()
    usual = default_config_file(env)
    return usual if usual.is_file() else None


def default_config_file(env: Mapping[str, str]) -> Path:
    """Where the settings file is looked for if nobody names one."""
    home = Path(env.get("HOME") or Path.home())
    if sys.platform == "win32":
        return Path(env.get("APPDATA") or home) / "Khata" / "config.toml"
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "Khata" / "config.toml"
    return Path(env.get("XDG_CONFIG_HOME") or home / ".config") / "khata" / "config.toml"


def default_data_folder(env: Mapping[str, str]) -> Path:
    """The user's data folder of Khata, after the platform's custom."""
    home = Path(env.get("HOME") or Path.home())
    if sys.platform == "win32":
        return Path(env.get("LOCALAPPDATA") or home) / "Khata"
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "Khata"
    return Path(env.get("XDG_DATA_HOME") or home / ".local" / "share") / "khata"
