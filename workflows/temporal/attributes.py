"""Search attributes on a server we did not start: register the missing ones, or say which command does.

The embedded server gets them on its start line. An existing cluster may let us add them; a managed one lets only
its owner.

Where next: ``names.py`` for the attributes themselves.
"""

from __future__ import annotations

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from canonical.errors import ConfigurationError
from workflows.temporal.names import SEARCH_ATTRIBUTES

_TYPES = {
    "Keyword": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "KeywordList": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD_LIST,
    "Int": IndexedValueType.INDEXED_VALUE_TYPE_INT,
}
_REFUSALS = {RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNIMPLEMENTED, RPCStatusCode.INVALID_ARGUMENT}


async def missing_search_attributes(client: Client) -> dict[str, str]:
    """Name to type of the attributes that the client's namespace does not know.

    Raises:
        ConfigurationError: the namespace has one of our names with another type.
    """
    answer = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    present = answer.custom_attributes
    other = [name for name, kind in SEARCH_ATTRIBUTES.items() if name in present and present[name] != _TYPES[kind]]
    if other:
        raise ConfigurationError(
            f"The Temporal namespace {client.namespace} has search attributes of our names with other types: "
            f"{', '.join(other)}. Use another namespace for Khata.",
            code="temporal.search_attributes",
        )
    return {name: kind for name, kind in SEARCH_ATTRIBUTES.items() if name not in present}


async def ensure_search_attributes(client: Client) -> tuple[str, ...]:
    """Register what is missing; the names that were added. Safe to repeat.

    Raises:
        ConfigurationError: the server does not let us; the message holds the commands for its owner.
    """
    missing = await missing_search_attributes(client)
    if not missing:
        return ()
    request = AddSearchAttributesRequest(
        namespace=client.namespace, search_attributes={name: _TYPES[kind] for name, kind in missing.items()}
    )
    try:
        await client.operator_service.add_search_attributes(request)
    except RPCError as error:
        if error.status == RPCStatusCode.ALREADY_EXISTS:  # another process was faster
            return ()
        if error.status in _REFUSALS:
            raise _refused(client, missing) from error
        raise
    return tuple(missing)


def _refused(client: Client, missing: dict[str, str]) -> ConfigurationError:
    commands = "; ".join(
        f"temporal operator search-attribute create --namespace {client.namespace} --name {name} --type {kind}"
        for name, kind in missing.items()
    )
    return ConfigurationError(
        f"The Temporal server does not let us register its search attributes. Ask its owner to run: {commands}",
        code="temporal.search_attributes",
    )
