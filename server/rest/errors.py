"""How a refusal becomes an HTTP answer: a status for each code, one shape for all of them."""

from typing import NotRequired

import orjson
from aiohttp import web
from typing_extensions import TypedDict

from ..domain.messages import Refused

STATUS: dict[str, int] = {
    "missing_field": 400,
    "unknown_field": 400,
    "wrong_type": 400,
    "too_long": 400,
    "too_short": 400,
    "not_a_choice": 400,
    "bad_id": 400,
    "out_of_range": 400,
    "control_characters": 400,
    "malformed": 400,
    "unknown_command": 400,
    "not_signed_in": 401,
    "forbidden": 403,
    "not_your_section": 403,
    "not_your_site": 403,
    "cross_site": 403,
    "own_grant": 403,
    "not_found": 404,
    "unknown_stream": 404,
    "unknown_question": 404,
    "unknown_call": 404,
    "unknown_announcement": 404,
    "unknown_plan": 404,
    "method_not_allowed": 405,
    "not_on_roster": 409,
    "wrong_state": 409,
    "already_claimed": 409,
    "not_yours": 409,
    "merge_cycle": 409,
    "already_merged": 409,
    "private_question": 409,
    "already_appealed": 409,
    "already_live": 409,
    "still_owed": 409,
    "not_ready": 409,
    "needs_catch_up_plan": 409,
    "already_planned": 409,
    "too_early": 409,
    "last_adult": 409,
    "not_on_duty": 409,
    "on_duty_elsewhere": 409,
    "relieved": 409,
    "already_relieved": 409,
    "not_offered": 409,
    "unknown_adult": 409,
    "meeting_not_live": 409,
    "meeting_ended": 409,
    "meeting_cancelled": 409,
    "id_taken": 409,
    "stale_version": 409,
    "unknown_reference": 409,
    "already_taken": 409,
    "overlapping": 409,
    "wrong_section": 409,
    "skipped_hour": 409,
    "same_time": 409,
    "role_not_held": 409,
    "not_licensed": 409,
    "command_id_reused": 409,
    "too_large": 413,
    "not_json": 415,
    "wrong_host": 421,
    "too_many_requests": 429,
    "internal": 500,
    "busy": 503,
}


class Error(TypedDict):
    """What was wrong: `code` is stable and for programs, `message` for people, `field` the part at fault."""

    code: str
    message: str
    field: NotRequired[str]


class ErrorBody(TypedDict):
    """The body of every answer that is a refusal."""

    error: Error


def refusal(error: Refused) -> web.Response:
    """The answer to a request that was refused."""
    # A rule may bring a code that this table does not know yet; it is still a conflict with the rules, not our fault.
    response = web.Response(
        body=orjson.dumps({"error": error.as_error()}),
        status=STATUS.get(error.code, 409),
        content_type="application/json",
    )
    wait: int | None = getattr(error, "retry_after_seconds", None)
    if wait is not None:
        response.headers["Retry-After"] = str(wait)
    return response


def not_found() -> Refused:
    """There is nothing here, or nothing that is the asker's to see."""
    return Refused("not_found", "there is nothing at this address, or it is not yours to see")


def too_large(limit: int) -> Refused:
    """The body is over the limit, in bytes."""
    return Refused("too_large", f"the body is over {limit // 1024} KiB")


def unexpected(request_id: str) -> Refused:
    """A fault of ours."""
    return Refused("internal", f"the server made a mistake: it is logged under {request_id}")


def of_http(error: web.HTTPException) -> Refused:
    """aiohttp's own refusals (no such route, a method that a route lacks, a body too large) in our words."""
    if error.status == 404:
        return not_found()
    if error.status == 405:
        allowed = ", ".join(sorted(getattr(error, "allowed_methods", ())))
        return Refused("method_not_allowed", f"this address takes {allowed or 'another method'}")
    if error.status == 413:
        return Refused("too_large", "the body is too large")
    return Refused("malformed", "the request cannot be read")
