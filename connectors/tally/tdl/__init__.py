"""The text in Tally's own language that makes Tally tell us of changes, and the reading of what it then posts.

May import: ``canonical``, ``connectors.sdk``.
Start at: ``khata_events.tdl`` (what a customer loads into Tally), ``README.md`` (how, and what is not verified),
``event.py`` (the message), ``text.py`` (the text with a listener's address in it).
"""

from __future__ import annotations

from connectors.tally.tdl.event import EventHint, EventKind, parse_event
from connectors.tally.tdl.text import render_tdl

__all__ = ["EventHint", "EventKind", "parse_event", "render_tdl"]
