"""A fake Zoho Books (API v3, India edition): the world kept as live books, behind HTTP on loopback.

What it is: organisations with documents, payments and double entry (``books``), the API over them (``app``), and the
keys of its replies (``shapes``). README.md says what is known of the real one and what is not.
May import: ``canonical``, ``sandbox.world``, ``sandbox.web``.
Start at: ``serving.py`` (``serve_zoho``).
"""

from sandbox.zoho.app import DEMO_CLIENT, Client, Limits, Options, Rule, ZohoApp
from sandbox.zoho.books import LiveBooks, build_books, specs_for, truth_of
from sandbox.zoho.serving import ZohoRunning, serve_zoho

__all__ = [
    "DEMO_CLIENT",
    "Client",
    "Limits",
    "LiveBooks",
    "Options",
    "Rule",
    "ZohoApp",
    "ZohoRunning",
    "build_books",
    "serve_zoho",
    "specs_for",
    "truth_of",
]
