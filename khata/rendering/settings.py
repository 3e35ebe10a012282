"""The settings as a report: value, origin, sentence; secrets masked."""

from __future__ import annotations

from khata.rendering.sheet import Sheet, text
from khata.settings import Settings, iter_shown


def settings_sheet(settings: Settings) -> Sheet:
    """Build the table of ``khata config show``."""
    return Sheet(
        title="Settings (argument > environment > file > default)",
        columns=(text("name", "Setting"), text("value", "Value"), text("origin", "From"), text("sentence", "Meaning")),
        rows=[(shown.name, shown.value, str(shown.origin), shown.sentence) for shown in iter_shown(settings)],
    )
