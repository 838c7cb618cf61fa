"""The program's rows over HTTP: for each kind the same four routes, declared from the kinds that the directory has."""

from typing import Any

from pydantic import Field, create_model

from ..domain.actors import Permission
from ..domain.fields import Id
from ..service.directory import MAX_PAGE
from ..service.directory_kinds import KINDS, Kind
from .call import Call
from .routes import Query, Scope, route

DEFAULT_PAGE = 200


class Page(Query):
    """Which rows of a kind."""

    after: Id | None = Field(None, description="only rows whose id sorts behind this one: the last page's last")
    limit: int = Field(DEFAULT_PAGE, ge=1, le=MAX_PAGE, description="how many rows at most")


def _declare(kind: Kind) -> None:
    name = kind.name
    lookups: dict[str, Any] = dict.fromkeys(sorted(kind.references), (Id | None, None))
    page = create_model(f"{name.title().replace('_', '')}Page", __base__=Page, **lookups)
    rows = create_model(f"{kind.row.__name__}s", rows=(list[kind.row], ...))  # type: ignore[name-defined]
    path, one = f"/api/directory/{name}", f"/api/directory/{name}/{{row_id}}"

    @route(
        "GET",
        path,
        may=Permission.READ_DIRECTORY,
        scope=Scope.PROGRAM,
        query=page,
        response=rows,
        operation_id=f"directory_{name}_list",
    )
    async def list_rows(call: Call) -> Any:
        """The rows of this kind, by id; a full page is followed by the next behind its last id."""
        where = {field: value for field, value in call.query.items() if field in kind.references}
        after, limit = call.query.get("after"), call.query["limit"]
        found = await call.services.directory.list(call.actor, name, where=where, after=after, limit=limit)
        return {"rows": found}

    @route(
        "POST",
        path,
        may=Permission.EDIT_DIRECTORY,
        scope=Scope.PROGRAM,
        request=kind.create,
        response=kind.row,
        status=201,
        refusals=(409,),
        operation_id=f"directory_{name}_create",
    )
    async def create_row(call: Call) -> Any:
        """Add a row."""
        return await call.services.directory.create(call.actor, name, call.body)

    @route(
        "GET",
        one,
        may=Permission.READ_DIRECTORY,
        scope=Scope.PROGRAM,
        response=kind.row,
        operation_id=f"directory_{name}_get",
    )
    async def get_row(call: Call) -> Any:
        """One row."""
        return await call.services.directory.get(call.actor, name, call.params["row_id"])

    @route(
        "PATCH",
        one,
        may=Permission.EDIT_DIRECTORY,
        scope=Scope.PROGRAM,
        request=kind.patch,
        response=kind.row,
        refusals=(409,),
        operation_id=f"directory_{name}_update",
    )
    async def update_row(call: Call) -> Any:
        """Change the fields that are given; `version` is the one that the editor saw."""
        return await call.services.directory.update(call.actor, name, call.params["row_id"], call.body)


for _kind in KINDS.values():
    _declare(_kind)
