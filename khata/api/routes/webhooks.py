"""Where products call us when their books change: verified by their signature, answered before anything is read."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from khata.api.answer import ERROR_SCHEMA, answer
from khata.sign_in.webhooks import Arrival, DeliveryRefused, forget_old, take_delivery
from khata.wiring import Hub

if TYPE_CHECKING:
    from khata.api.limits import RateLimit
    from khata.api.starting import SyncStarter

logger = logging.getLogger("khata.api")
router = APIRouter(prefix="/webhooks", tags=["webhooks"])
_FAILURE = {"application/json": {"schema": ERROR_SCHEMA}}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Taken; the syncs it asks for are started",
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["taken", "not_connected"],
                    "properties": {
                        "taken": {"type": "boolean", "description": "genuine, and kept"},
                        "not_connected": {
                            "type": "integer",
                            "description": "companies it tells of that no connection with this secret reads",
                        },
                    },
                    "example": {"taken": True, "not_connected": 0},
                }
            }
        },
    },
    403: {"description": "Not signed by a secret of this tenant and product, or too old", "content": _FAILURE},
    413: {"description": "The body is larger than anything this interface takes", "content": _FAILURE},
    429: {"description": "Too many that were not taken", "content": _FAILURE},
}
Slug = Annotated[str, Path(max_length=100, pattern=r"^[a-z0-9-]+$")]


@router.post("/{tenant}/{connector}", summary="A product says that books changed", responses=_ANSWERS)
async def take(request: Request, tenant: Slug, connector: Slug) -> Response:
    """Take a delivery of a product. No API key: the product signs the body with the secret of `khata webhooks set`.

    The bytes are stored as they came and the sync of each company they are about is started or, if it is running, told
    to look again; it looks for exactly the objects that were named. Repeats and disorder do no harm. What tells of a
    company that is not connected is kept too and starts nothing (`khata webhooks list`, `khata doctor`): vendors repeat
    what is refused for days, and may give the address up.
    """
    hub: Hub = request.app.state.hub
    arrival = Arrival(
        tenant=tenant,
        connector=connector,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=await request.body(),
        query=tuple(request.query_params.multi_items()),
    )
    try:
        taken = await run_in_threadpool(take_delivery, hub, arrival)
    except DeliveryRefused:
        strangers: RateLimit = request.app.state.strangers
        strangers.admit(request.client.host if request.client else "unknown")
        raise
    starter: SyncStarter = request.app.state.starter
    for one in taken.asked:
        starter.start(one)
    if taken.asked or taken.strangers:
        starter.later(forget_old, hub, tenant)
    if taken.strangers:
        logger.warning(
            "a delivery of %s tells of companies that are not connected: %d", connector, len(taken.strangers)
        )
    return answer({"taken": True, "not_connected": len(taken.strangers)})
