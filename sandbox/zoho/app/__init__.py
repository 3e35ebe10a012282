"""The fake Zoho Books over live books: accounts server, lists, details, writes, reports, webhooks, limits.

May import: ``canonical``, ``sandbox.web``, ``sandbox.zoho.books``, ``sandbox.zoho.shapes``.
Start at: ``application.py`` (what becomes of a request), ``doors.py`` (the routes), ``options.py`` (the settings).
"""

from sandbox.zoho.app.application import ZohoApp
from sandbox.zoho.app.doors import build_app
from sandbox.zoho.app.options import DEMO_CLIENT, Client, Limits, Options
from sandbox.zoho.app.webhooks import BodyKind, Rule, sign

__all__ = ["DEMO_CLIENT", "BodyKind", "Client", "Limits", "Options", "Rule", "ZohoApp", "build_app", "sign"]
