"""HTTP: routes by subject, each declared with its permission and scope, and the gate that they all stand behind."""

from functools import partial

from aiohttp import web

from . import briefs, directory, documents, feeds, live_board, meetings, metrics, pages, schedule, sessions
from .call import Services
from .envelope import add_headers, envelope
from .gate import MAX_BODY, answer
from .openapi import document
from .routes import ROUTES, Route

__all__ = ["MAX_BODY", "ROUTES", "Route", "Services", "attach", "envelope"]
_SUBJECTS = (briefs, directory, documents, feeds, live_board, meetings, metrics, pages, schedule, sessions)


def attach(app: web.Application, services: Services) -> None:
    """Serve every declared route, and nothing else."""
    for route in ROUTES:
        handler = partial(answer, services, route)
        if route.is_safe:
            app.router.add_get(route.path, handler)
        else:
            app.router.add_route(route.method, route.path, handler)
    document()  # A tenth of a second that no request should wait for.
    app.on_response_prepare.append(add_headers)
