"""How a route is declared, and the registry that knows them all.

A route names its permission, its scope, and the shapes that it takes and gives. Nothing is served that was not
declared here: the router and the published document are both built from `ROUTES`. A declaration that leaves out
who may call, or over what, fails at import.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict

from ..domain.actors import Permission

METHODS = ("GET", "POST", "PATCH", "DELETE")


class Open(Enum):
    """What stands in a permission's place where no single one is asked for."""

    PUBLIC = "public"
    """Anybody, signed in or not."""
    OPERATOR = "operator"
    """Whoever runs the server: by the metrics' token, or from this machine."""
    EACH_COMMAND = "each command"
    """Anybody signed in; the command that the body names declares its own permission."""


class Scope(StrEnum):
    """Over what a route reaches, and so who narrows it."""

    PUBLIC = "public"
    """Nothing of anybody's."""
    SERVER = "server"
    """The server itself, and nothing of anybody's."""
    SELF = "self"
    """The caller's own session."""
    PAGE = "page"
    """An HTML page, the same for everybody signed in; anybody else is led to the sign-in page."""
    PROGRAM = "program"
    """The rows of the caller's program: the service narrows by the actor."""
    MEETING = "meeting"
    """One meeting that the caller has a part in: the gate finds the part, or answers as if there were no meeting."""
    RECORD = "record"
    """One live record: the command's rule decides, from what the stream holds."""


class Body(BaseModel):
    """What a request holds: closed and strict, so that a wrong type or an unknown field is refused."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Query(BaseModel):
    """What stands behind the `?`: closed; text is read as what the field is."""

    model_config = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class Content:
    """A response that is not JSON, by its media type."""

    media_type: str


@dataclass(frozen=True, slots=True)
class Redirect:
    """A response that leads elsewhere, by 303."""


@dataclass(frozen=True, slots=True)
class Empty:
    """A response without a body, by 204."""


@dataclass(frozen=True, slots=True)
class Route:
    """A declared route. `response` is any type that pydantic can describe, or one of the three above."""

    method: str
    path: str
    may: Permission | Open
    scope: Scope
    response: Any
    request: type[BaseModel] | None
    query: type[BaseModel] | None
    status: int
    refusals: tuple[int, ...]
    handle: Callable[[Any], Awaitable[Any]]
    """Called with the request's `Call`."""
    summary: str
    operation_id: str

    @property
    def parameters(self) -> list[str]:
        """The names in the path, in order."""
        return re.findall(r"\{([a-z_]+)", self.path)

    @property
    def is_safe(self) -> bool:
        """Whether it changes nothing."""
        return self.method == "GET"


ROUTES: list[Route] = []
H = TypeVar("H", bound=Callable[..., Awaitable[Any]])


def route(
    method: str,
    path: str,
    *,
    may: Permission | Open,
    scope: Scope,
    response: Any,
    request: type[BaseModel] | None = None,
    query: type[BaseModel] | None = None,
    status: int = 200,
    refusals: tuple[int, ...] = (),
    operation_id: str | None = None,
) -> Callable[[H], H]:
    """Declare a handler. `refusals` are statuses beside those that its method, permission and scope imply.

    Raises TypeError, at import, on a declaration that is incomplete or contradicts itself.
    """
    name = f"{method} {path}"
    if method not in METHODS:
        raise TypeError(f"{name}: the method must be one of {METHODS}")
    if not isinstance(may, Permission | Open):
        raise TypeError(f"{name} declares no permission")
    if not isinstance(scope, Scope):
        raise TypeError(f"{name} declares no scope")
    if (may is Open.PUBLIC) != (scope is Scope.PUBLIC):
        raise TypeError(f"{name}: the public permission and the public scope go together")
    if (may is Open.OPERATOR) != (scope is Scope.SERVER):
        raise TypeError(f"{name}: the operator and the server's own scope go together")
    if (may is Open.EACH_COMMAND) != (scope is Scope.RECORD):
        raise TypeError(f"{name}: only a live record's commands declare their own permissions")
    if (scope is Scope.MEETING or scope is Scope.RECORD) and "{meeting_id}" not in path:
        raise TypeError(f"{name}: its scope is a meeting and its path names none")
    if any(held.method == method and held.path == path for held in ROUTES):
        raise TypeError(f"{name} is declared twice")
    if isinstance(response, Redirect):
        status = 303
    elif isinstance(response, Empty):
        status = 204

    def declare(handler: H) -> H:
        identity = operation_id or handler.__name__
        if any(held.operation_id == identity for held in ROUTES):
            raise TypeError(f"{name}: another route is called {identity}")
        summary = (handler.__doc__ or "").strip().split("\n", 1)[0]
        if not summary:
            raise TypeError(f"{name}: its handler says nothing of what it does")
        declared = Route(
            method=method,
            path=path,
            may=may,
            scope=scope,
            response=response,
            request=request,
            query=query,
            status=status,
            refusals=refusals,
            handle=handler,
            summary=summary,
            operation_id=identity,
        )
        ROUTES.append(declared)
        return handler

    return declare
