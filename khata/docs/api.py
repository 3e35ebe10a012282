"""``docs/api.md``: every endpoint with its parameters and an example of its answer, from the OpenAPI description."""

from __future__ import annotations

import json
from typing import Any

from khata.api.app import describe
from khata.api.errors import ERROR_STATUSES

PAGE = "api.md"
_INTRODUCTION = """# The HTTP interface

Generated from the OpenAPI description by `make docs`; do not edit. A running API serves the description itself at
`/openapi.json` and a page to try it at `/docs`.

    khata tenants create asha-traders
    khata api-keys create --tenant asha-traders --name reports     # prints the key, once
    khata serve                                                    # or: khata up
    curl -H 'X-API-Key: khata_...' http://127.0.0.1:8400/v1/companies

- A key belongs to one tenant and sees that tenant's books only. It is sent as `X-API-Key: khata_...` or as
  `Authorization: Bearer khata_...`; only its SHA-256 is stored.
- Amounts are texts of plain decimals in rupees (`"123456.50"`), dates are Indian business dates, times are UTC.
- Lists are paged: `limit` asks for a number of rows, `next_cursor` of the answer goes back as `cursor`. The order is
  stable, and a cursor is worthless to another tenant.
- Every failure has one shape: `{"error": code, "detail": sentence, "hint": what to do, "request_id": id}`; codes are in
  [errors](errors.md). `X-Request-ID` names every request in the log; send your own or take ours.
- Limits (see [settings](settings.md)): requests per minute and key (429 with `Retry-After`), rows of a page, size of a
  body. The API listens on loopback and speaks plain HTTP; put a TLS proxy in front before opening it wider.

"""


def render() -> str:
    """Return the page."""
    description = describe()
    parts = [_INTRODUCTION, _statuses()]
    for path, methods in description["paths"].items():
        parts += [_endpoint(method, path, operation) for method, operation in methods.items()]
    return "".join(parts).rstrip() + "\n"


def _statuses() -> str:
    rows = [f"| {status} | {', '.join(f'`{cls.__name__}`' for cls, s in ERROR_STATUSES if s == status)} |\n"
            for status in sorted({status for _, status in ERROR_STATUSES})]  # fmt: skip
    return "".join(["| status | errors |\n|---|---|\n", *rows])


def _endpoint(method: str, path: str, operation: dict[str, Any]) -> str:
    parts = [f"\n## {method.upper()} {path}\n\n{operation['description']}\n"]
    parameters = operation.get("parameters", [])
    if parameters:
        parts.append("\n| parameter | in | |\n|---|---|---|\n")
        parts += [_parameter(parameter) for parameter in parameters]
    schema = operation["responses"]["200"].get("content", {}).get("application/json", {}).get("schema", {})
    if schema.get("properties"):
        parts.append(f"\n```json\n{json.dumps(_example(schema), ensure_ascii=False, indent=2)}\n```\n")
    return "".join(parts)


def _parameter(parameter: dict[str, Any]) -> str:
    schema = parameter["schema"]
    options = [schema, *schema.get("anyOf", [])]
    choices = next((option["enum"] for option in options if "enum" in option), None)
    words = parameter.get("description", schema.get("description", ""))
    if choices:
        words = f"{words} {', '.join(f'`{choice}`' for choice in choices)}".strip()
    needed = " (required)" if parameter["required"] else ""
    return f"| `{parameter['name']}` | {parameter['in']} | {words}{needed} |\n"


def _example(schema: dict[str, Any]) -> Any:
    if "example" in schema:
        return schema["example"]
    if "anyOf" in schema:
        return _example(schema["anyOf"][0])
    if schema.get("type") == "object":
        return {name: _example(inner) for name, inner in schema.get("properties", {}).items()}
    if schema.get("type") == "array":
        return [_example(schema["items"])]
    return {"integer": 1, "string": (schema.get("enum") or ["..."])[0]}.get(schema.get("type", ""))
