"""The published document of the HTTP interface, made from the declarations: OpenAPI 3.1."""

import re
from functools import cache
from importlib.metadata import version
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from ..domain.fields import ID_PATTERN
from .cookies import NAME
from .errors import STATUS, ErrorBody
from .routes import ROUTES, Content, Empty, Open, Redirect, Route, Scope

REFERENCE = "#/components/schemas/{model}"
_JSON = "application/json"


@cache
def document() -> dict[str, Any]:
    """The document. Every route is declared by the time a request can ask for it."""
    schemas, definitions = _schemas()
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        paths.setdefault(public_path(route), {})[route.method.lower()] = _operation(route, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Longroom",
            "version": version("longroom"),
            "summary": "One live class, many rooms.",
            "description": "docs/protocol.md tells how to use this. Times are whole milliseconds, UTC. "
            "A client ignores response fields that it does not know.",
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": definitions,
            "securitySchemes": {
                "cookie": {"type": "apiKey", "in": "cookie", "name": NAME},
                "bearer": {"type": "http", "scheme": "bearer"},
                "operator": {"type": "http", "scheme": "bearer", "description": "LONGROOM_METRICS_TOKEN"},
            },
        },
    }


def public_path(route: Route) -> str:
    """The path as the document writes it: without the router's patterns."""
    return re.sub(r"\{([a-z_]+):[^}]*\}", r"{\1}", route.path)


def refusals_of(route: Route) -> list[int]:
    """The statuses of refusal (and of other answers than the usual) that the route may give."""
    possible = {400, 421, 500, *route.refusals}
    if route.may is Open.OPERATOR:
        possible |= {401, 403}
    elif route.may is not Open.PUBLIC:
        possible |= {429} | ({303} if route.scope is Scope.PAGE else {401, 403})
    if route.parameters:
        possible.add(404)
    if not route.is_safe:
        possible.add(403)
    if route.request is not None:
        possible |= {413, 415}
    return sorted(possible)


def _operation(route: Route, schemas: dict[tuple[str, str], Any]) -> dict[str, Any]:
    responses: dict[str, Any] = {str(route.status): _response(route, schemas)}
    responses |= {str(status): _refusal(status, schemas) for status in refusals_of(route) if status != route.status}
    operation: dict[str, Any] = {
        "operationId": route.operation_id,
        "summary": route.summary,
        "x-permission": str(route.may.value),
        "x-scope": route.scope.value,
        "security": _security(route),
        "parameters": [*_path_parameters(route), *_query_parameters(route)],
        "responses": responses,
    }
    if route.request is not None:
        body = {_JSON: {"schema": schemas[route.operation_id, "request"]}}
        operation["requestBody"] = {"required": True, "content": body}
    return operation


def _security(route: Route) -> list[dict[str, list[str]]]:
    if route.may is Open.OPERATOR:
        return [{"operator": []}]
    return [] if route.may is Open.PUBLIC else [{"cookie": []}, {"bearer": []}]


def _response(route: Route, schemas: dict[tuple[str, str], Any]) -> dict[str, Any]:
    match route.response:
        case Empty():
            return {"description": "It is done."}
        case Redirect():
            return _refusal(303, schemas)
        case Content(media_type):
            return {"description": route.summary, "content": {media_type: {}}}
    return {"description": route.summary, "content": {_JSON: {"schema": schemas[route.operation_id, "response"]}}}


def _refusal(status: int, schemas: dict[tuple[str, str], Any]) -> dict[str, Any]:
    if status == 303:
        location = {"schema": {"type": "string"}, "description": "A path of this server."}
        return {"description": "Go on elsewhere.", "headers": {"Location": location}}
    if status == 304:
        return {"description": "What the client holds is the newest."}
    codes = ", ".join(sorted(code for code, held in STATUS.items() if held == status))
    refused: dict[str, Any] = {
        "description": f"Refused: {codes}.",
        "content": {_JSON: {"schema": schemas["error", "response"]}},
    }
    if status == 429:
        seconds = {"schema": {"type": "integer", "minimum": 1}, "description": "Seconds to wait."}
        refused["headers"] = {"Retry-After": seconds}
    return refused


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    return [{"name": name, "in": "path", "required": True, "schema": _path_schema(name)} for name in route.parameters]


def _path_schema(name: str) -> dict[str, Any]:
    return {"type": "string"} | ({"pattern": f"^{ID_PATTERN.pattern}$"} if name.endswith("_id") else {})


def _query_parameters(route: Route) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    schema: dict[str, Any] = TypeAdapter(route.query).json_schema()
    required = schema.get("required", [])
    return [
        {
            "name": name,
            "in": "query",
            "required": name in required,
            "schema": {k: v for k, v in one.items() if k != "title"},
        }
        for name, one in schema["properties"].items()
    ]


def _schemas() -> tuple[dict[tuple[str, str], Any], dict[str, Any]]:
    """The schema of each route's request and response, by operation, and the definitions that they share."""
    inputs: list[tuple[tuple[str, str], JsonSchemaMode, TypeAdapter[Any]]] = [
        (("error", "response"), "serialization", TypeAdapter(ErrorBody))
    ]
    for route in ROUTES:
        if route.request is not None:
            inputs.append(((route.operation_id, "request"), "validation", TypeAdapter(route.request)))
        if not isinstance(route.response, Content | Empty | Redirect):
            inputs.append(((route.operation_id, "response"), "serialization", TypeAdapter(route.response)))
    found, shared = TypeAdapter.json_schemas(inputs, ref_template=REFERENCE)
    return {key: schema for (key, _mode), schema in found.items()}, shared.get("$defs", {})
