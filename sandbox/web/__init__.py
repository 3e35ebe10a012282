"""What every fake web API stands on: HTTP/1.1 on loopback, routes, JSON and form bodies, faults, a clock, a log.

What it is: a threaded server that hands a ``Request`` to an ``Application`` and sends its ``Response``, losing,
delaying or cutting it when a switch says so; a router; a clock that tests move.
May import: the standard library and ``canonical``.
Start at: ``server.py`` (``serve``), ``message.py`` (requests and responses), ``faults.py`` (the switches).
"""

from sandbox.web.clock import Clock, MovableClock, TickingClock
from sandbox.web.faults import Faults, list_switches
from sandbox.web.message import Request, Response, json_response, text_response
from sandbox.web.routes import Router, Unrouted
from sandbox.web.server import Application, Running, Served, serve

__all__ = [
    "Application",
    "Clock",
    "Faults",
    "MovableClock",
    "Request",
    "Response",
    "Router",
    "Running",
    "Served",
    "TickingClock",
    "Unrouted",
    "json_response",
    "list_switches",
    "serve",
    "text_response",
]
