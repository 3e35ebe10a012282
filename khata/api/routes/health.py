"""Whether the process lives and whether it can answer; no key needed, nothing about any tenant is said."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from canonical.errors import KhataError
from khata.api.answer import answer
from khata.api.errors import error_response
from khata.wiring import Hub

router = APIRouter(prefix="/health", tags=["health"])


@router.get("/live", summary="Is the process up?")
def live() -> Response:
    """Answer as long as the process runs."""
    return answer({"status": "ok"})


@router.get("/ready", summary="Can it answer requests?")
def ready(request: Request) -> Response:
    """Answer 503 while the database does not answer or lacks a migration."""
    hub: Hub = request.app.state.hub
    try:
        pending = hub.store.pending_migrations()
    except KhataError as error:
        return error_response(request, 503, error.code, error.message)
    if pending:
        return error_response(
            request, 503, "storage.migration_needed", "The database needs a migration.", "Run 'khata db migrate'."
        )
    return answer({"status": "ok"})
