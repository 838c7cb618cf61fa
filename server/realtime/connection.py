"""A client that is signed in: who acts, under which session, and what it watches."""

from dataclasses import dataclass, field
from typing import Protocol

import orjson

from ..domain.actors import Actor
from ..domain.messages import Refused
from ..domain.views import Audience
from . import frames
from .hot_path import LiveSocket


class Session(Protocol):
    """What signing in left behind, as the accounts know it."""

    @property
    def id(self) -> str:
        """The session's id; never its token."""

    @property
    def actor(self) -> Actor:
        """Who is signed in, with the grants they have now."""

    @property
    def expires_at(self) -> int:
        """When it ends at the latest, in milliseconds, UTC."""


@dataclass(slots=True, eq=False)
class Connection:
    """One socket with its session; `streams` is what it watches, and as which audience."""

    socket: LiveSocket
    session: Session
    touched_at: float
    streams: dict[str, Audience] = field(default_factory=dict)

    @property
    def actor(self) -> Actor:
        """Who acts through this connection."""
        return self.session.actor

    def answer(self, ack_id: bytes, body: bytes) -> None:
        """Acknowledge an event with a body of JSON; who gave no id wants no answer."""
        if ack_id:
            self.socket.write(frames.acknowledgement(ack_id, body))


def refusal(refused: Refused) -> bytes:
    """The answer to what was refused, as JSON."""
    return orjson.dumps({"ok": False, "error": refused.as_error()})
