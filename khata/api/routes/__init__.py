"""Endpoints, one module per noun; each is a ``router`` that ``app.py`` mounts under ``/v1``."""
