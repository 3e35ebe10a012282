"""Where products call us when their books change: verified by their signature, answered before anything is read."""

from __future__ import annotations

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

router = APIRouter(prefix="/webhooks", tags=["webhooks"])
_FAILURE = {"application/json": {"schema": ERROR_SCHEMA}}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Taken; the syncs it asks for are started",
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["taken"],
                    "properties": {"taken": {"type": "boolean"}},
                    "example": {"taken": True},
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
    to look again. Repeats and disorder do no harm.
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
        asked = await run_in_threadpool(take_delivery, hub, arrival)
    except DeliveryRefused:
        strangers: RateLimit = request.app.state.strangers
        strangers.admit(request.client.host if request.client else "unknown")
        raise
    starter: SyncStarter = request.app.state.starter
    for one in asked:
        starter.start(one)
    if asked:
        starter.later(forget_old, hub, tenant)
    return answer({"taken": True})
