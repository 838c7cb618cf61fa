"""What a client holds of one stream, and how it grows: the algorithm of docs/protocol.md, without a wire or a clock."""

from collections.abc import Iterable
from typing import Any, TypeAlias

View: TypeAlias = dict[str, Any]
"""`{kind, id, value}`; value None: it is gone."""


class StreamCopy:
    """The views of one stream at `last`. Each `take_…` gives the views that it put in or took away.

    Frames may come late, early, twice or not at all. `is_behind` says that something is known to be missing: when it
    still is after the wait that the protocol sets, join again with `since`.
    """

    def __init__(self) -> None:
        self.values: dict[tuple[str, str], Any] = {}
        """(kind, id) → value."""
        self.epoch = ""
        """Empty: nothing is held that a join could resume from."""
        self.audience = ""
        self.last = -1
        self._head = -1
        self._held: list[dict[str, Any]] = []

    @property
    def since(self) -> dict[str, Any] | None:
        """Where to resume from; None: join for a snapshot."""
        return {"epoch": self.epoch, "seq": self.last, "audience": self.audience} if self.epoch else None

    @property
    def is_behind(self) -> bool:
        """Whether the stream is known to be further on than this copy."""
        return not self.epoch or self._head > self.last

    def take_reply(self, reply: dict[str, Any]) -> list[View]:
        """The answer to a join, or a `snapshot` event."""
        if "snapshot" in reply:
            self.values = {}
            taken = self._put(reply["snapshot"])
        elif reply["seq"] <= self.last:
            # What the server wrote before it read this answer has come already.
            return []
        else:
            taken = self._put(reply["changes"])
        self.epoch, self.audience, self.last = reply["epoch"], reply["audience"], reply["seq"]
        self._head = self.last
        return taken + self._take_held()

    def take_changes(self, frame: dict[str, Any]) -> list[View]:
        """A `changes` frame."""
        if self.epoch and frame["epoch"] != self.epoch:
            self.epoch = ""
        self._held.append(frame)
        return self._take_held() if self.epoch else []

    def take_head(self, head: dict[str, Any]) -> None:
        """A `head` event."""
        if head["epoch"] != self.epoch:
            self.epoch = ""
        else:
            self._head = max(self._head, head["seq"])

    def _take_held(self) -> list[View]:
        """Put in what follows, drop what is old, go on holding what is early."""
        held, self._held = self._held, []
        taken: list[View] = []
        for frame in sorted((one for one in held if one["epoch"] == self.epoch), key=lambda one: int(one["after"])):
            if frame["after"] > self.last:
                self._held.append(frame)
            elif frame["seq"] > self.last:
                taken += self._put(frame["changes"])
                self.last = frame["seq"]
        self._head = max([self._head, self.last, *(frame["seq"] for frame in self._held)])
        return taken

    def _put(self, views: Iterable[View]) -> list[View]:
        taken = list(views)
        for view in taken:
            if view["value"] is None:
                self.values.pop((view["kind"], view["id"]), None)
            else:
                self.values[view["kind"], view["id"]] = view["value"]
        return taken
