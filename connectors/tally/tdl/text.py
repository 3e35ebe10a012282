"""The TDL text with the address of a listener in it, ready to be saved and loaded into Tally."""

from __future__ import annotations

import re
from importlib import resources

from canonical.errors import ConfigurationError

FILE_NAME = "khata_events.tdl"
_URL = re.compile(r"https?://[A-Za-z0-9.\[\]:-]{1,255}(?:/[A-Za-z0-9._~/-]{0,255})?", re.ASCII)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{0,128}", re.ASCII)
_SETTING = '    {name} : "{value}"'


def render_tdl(url: str, token: str = "") -> str:
    """Return the text for one listener.

    Args:
        url: where Tally posts to; on the same computer, ``http://127.0.0.1:...``.
        token: a word the listener knows its messages by; letters, digits, ``-`` and ``_``.

    Raises:
        ConfigurationError: ``tally.event.setting``: a character that could end the text and begin another statement.
    """
    if not _URL.fullmatch(url):
        raise _invalid("address", "http://, a host and a path of letters, digits and ._~/-")
    if not _TOKEN.fullmatch(token):
        raise _invalid("token", "at most 128 letters, digits, - and _")
    text = read_tdl()
    for name, value in (("KhataListener", url), ("KhataToken   ", token)):
        text, count = re.subn(rf'(?m)^    {name} : "[^"]*"$', lambda _: _SETTING.format(name=name, value=value), text)  # noqa: B023 - used at once
        assert count == 1, name  # noqa: S101 - the text is ours
    return text


def read_tdl() -> str:
    """Return the text as it is shipped."""
    return resources.files(__package__ or "").joinpath(FILE_NAME).read_text(encoding="ascii")


def _invalid(what: str, expected: str) -> ConfigurationError:
    return ConfigurationError(
        f"The {what} cannot be written into Tally's text: expected {expected}.", code="tally.event.setting"
    )
