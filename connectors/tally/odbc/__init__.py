"""Tally's ODBC server: masters and balances as a second opinion, and as a way when the XML gateway fails.

May import: ``canonical``, ``connectors.sdk``, ``connectors.tally``.
Start at: ``source.py`` (what can be had), ``session.py`` (limits and the process that can be killed), ``tables.py``
(the closed list of what is asked for), ``drivers.py`` (what this computer has), ``crosscheck.py`` (the comparison).
"""

from __future__ import annotations

from connectors.tally.odbc.drivers import DataSource, DriverFound, DriverState, choose_address, diagnose

__all__ = ["DataSource", "DriverFound", "DriverState", "choose_address", "diagnose"]
