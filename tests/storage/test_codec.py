"""Events to rows and back: personal fields apart, older versions brought up, strangers named."""

from dataclasses import dataclass
from typing import Any

import orjson
import pytest
from pydantic import ValidationError

from server.domain import messages
from server.domain.meeting.answering import QuestionAnswered, QuestionSeen
from server.domain.meeting.facts import RoomRostered
from server.storage import codec
from tests.support.meetings import relayed

ASKED = relayed("q1", text="why is the sky blue")[1]


def test_personal_fields_are_kept_apart() -> None:
    encoded = codec.encode(ASKED)
    assert encoded.personal == b'{"text":"why is the sky blue"}'
    assert b"sky" not in encoded.data
    assert orjson.loads(encoded.data)["student_id"] == "pia", "an id is not personal text"


def test_an_event_without_personal_fields_has_no_personal_column() -> None:
    assert codec.encode(QuestionSeen(question_id="q1")) == ("question.seen", 1, b'{"question_id":"q1"}', None)


def test_an_erased_event_reads_as_erased_and_is_whole_otherwise() -> None:
    encoded = codec.encode(ASKED)
    erased = codec.decode(encoded.type, encoded.version, encoded.data, None)
    assert erased == relayed("q1", text="[erased]")[1]


def test_a_personal_field_without_words_is_not_an_erased_one() -> None:
    answer = QuestionAnswered(question_id="q1", form="spoken_to_all", text=None)
    encoded = codec.encode(answer)
    assert encoded.personal == b'{"text":null}'
    assert codec.decode(*encoded).text is None


@pytest.mark.parametrize("type", ["question.exploded", "", "QuestionSeen"])
def test_an_unknown_type_is_named(type: str) -> None:
    with pytest.raises(LookupError, match=f"'{type}'"):
        codec.decode(type, 1, b"{}", None)


@pytest.mark.parametrize("version", [0, 2, -1])
def test_a_version_without_an_upcaster_is_named(version: int) -> None:
    with pytest.raises(LookupError, match=rf"'question\.seen' in version {version}"):
        codec.decode("question.seen", version, b'{"question_id":"q1"}', None)


@pytest.mark.parametrize(
    "data", [b"{}", b'{"question_id":null}', b'{"question_id":"q1","mood":"good"}'], ids=["less", "null", "more"]
)
def test_a_row_of_another_shape_is_not_read(data: bytes) -> None:
    with pytest.raises(ValidationError):
        codec.decode("question.seen", 1, data, None)


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> type[Any]:
    """An event in its third version, with upcasters from both older ones."""
    for name in ("EVENTS", "EVENT_TYPES"):
        mine = dict(getattr(messages, name))
        monkeypatch.setattr(messages, name, mine)
        monkeypatch.setattr(codec, name, mine)

    @messages.event("room.painted", personal=("note",), version=3)
    @dataclass(frozen=True, slots=True, kw_only=True)
    class RoomPainted:
        site_id: str
        colour: str
        note: str

    monkeypatch.setitem(codec.UPCASTERS, ("room.painted", 1), lambda old: old | {"colour": "white"})
    monkeypatch.setitem(codec.UPCASTERS, ("room.painted", 2), lambda old: {"site_id": old.pop("site"), **old})
    return RoomPainted


def test_old_versions_are_brought_up_one_by_one(painted: type[Any]) -> None:
    first = codec.decode("room.painted", 1, b'{"site":"mesa"}', b'{"note":"still wet"}')
    assert first == painted(site_id="mesa", colour="white", note="still wet")
    second = codec.decode("room.painted", 2, b'{"site":"mesa","colour":"red"}', None)
    assert second == painted(site_id="mesa", colour="red", note="[erased]")
    assert codec.encode(first).version == 3


def test_a_missing_upcaster_is_missed(painted: type[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(codec.UPCASTERS, ("room.painted", 2))
    with pytest.raises(LookupError, match="version 2"):
        codec.decode("room.painted", 1, b'{"site":"mesa"}', None)


def test_a_room_that_was_rostered_before_due_times_has_none() -> None:
    old = b'{"site_id":"mesa","student_ids":["max"],"supervisor_ids":["sam"]}'
    brought_up = codec.decode("room.rostered", 1, old, None)
    assert brought_up == RoomRostered(site_id="mesa", student_ids=("max",), supervisor_ids=("sam",), due_by=None)
    assert codec.encode(brought_up).version == 2
    with pytest.raises(ValidationError):
        codec.decode("room.rostered", 2, old, None)
