"""The published document is true: nothing is handled, sent or captured that it lacks, and it promises nothing more."""

import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import server.realtime
from server.domain.actors import GRANTS, Role
from server.domain.messages import COMMANDS
from server.realtime.asyncapi import document
from server.rest.openapi import document as http_document

from .validating import validate
from .world import MEETING, Node, question

DOCUMENT = document()
SOURCES = "\n".join(path.read_text() for path in Path(server.realtime.__file__).parent.glob("*.py"))


def _operations(action: str) -> set[str]:
    return {name for name, operation in DOCUMENT["operations"].items() if operation["action"] == action}


def test_every_event_that_is_handled_is_published_and_the_reverse(node: Node) -> None:
    assert set(node.gateway._answering.events) == _operations("receive")


def test_every_event_that_is_sent_is_published_and_the_reverse() -> None:
    sent = set(re.findall(r'(?<!\w)event\(\s*"([a-z_]+)"', SOURCES)) | set(re.findall(r',\["([a-z_]+)",\{', SOURCES))
    assert sent == _operations("send")


def test_every_reference_leads_somewhere() -> None:
    def follow(value: Any) -> None:
        if isinstance(value, dict):
            if "$ref" in value:
                at = DOCUMENT
                for part in value["$ref"].removeprefix("#/").split("/"):
                    at = at[part]
            for inner in value.values():
                follow(inner)
        elif isinstance(value, list):
            for inner in value:
                follow(inner)

    follow(DOCUMENT)


def test_every_schema_is_one() -> None:
    for schema in DOCUMENT["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_every_command_of_a_person_is_described_and_none_of_the_server_itself() -> None:
    described = {one["title"] for one in DOCUMENT["components"]["schemas"]["Command"]["oneOf"]}
    people = [role for role in Role if role is not Role.SYSTEM]
    assert described == {c.name for c in COMMANDS.values() if any(c.may in GRANTS[role] for role in people)}
    assert "meeting.enter_facts" not in described


def test_a_described_command_is_held_to_its_data() -> None:
    request = {"stream": MEETING, "command_id": "c1", "name": "question.relay", "data": question(1)}
    validate("Command", request)
    with pytest.raises(jsonschema.ValidationError):
        validate("Command", request | {"data": question(1) | {"extra": 1}})
    with pytest.raises(jsonschema.ValidationError):
        validate("Command", request | {"name": "question.fly"})


NO_WAIT = {"count": 0, "median": None, "p90": None}


def test_a_leaked_field_fails_the_validation() -> None:
    """A planted fault: what the tests are validated with must not let more through than was published."""
    place = {"stream": MEETING, "epoch": "e", "after": 1, "seq": 2}
    room = {
        "site_id": "mesa", "supervisor_ids": [], "students": 1, "roster_version": 0, "asked": 0, "waiting": 0,
        "waiting_since": None, "on_way_back": 0, "deferred": 0, "due_by": None,
        "joins_at": None, "leaves_at": None, "away": None,
        "waits": {"seen": NO_WAIT, "answered": NO_WAIT, "confirmed": NO_WAIT},
        "duty": {"adults": [], "offers": [], "uncovered_since": None, "needed_until": None},
        "is_in_class": True, "link": None, "readiness": None,
    }  # fmt: skip
    validate("Changes", place | {"changes": [{"kind": "room", "id": "mesa", "value": room}]})
    validate("Changes", place | {"changes": [{"kind": "room", "id": "mesa", "value": None}]})
    leaked = {"kind": "room", "id": "mesa", "value": room | {"student_names": []}}
    with pytest.raises(jsonschema.ValidationError):
        validate("Changes", place | {"changes": [leaked]})


QUESTION = {
    "question_id": "q1", "site_id": "mesa", "status": "queued", "urgency": "normal", "received_at": 1,
    "waiting_since": 1, "stuck": 0, "version": 1, "order": [1, 1, 0, 1],
}  # fmt: skip
SHARED = {"text": "why?", "answers": []}
OWN = {
    "student_id": None, "relayed_by": "sam", "verbatim": True, "shareable": True, "asked_at": 1, "seen_at": None,
    "claimed_by": None, "claimed_at": None, "due_at": None, "restated": 0, "closed_reason": None, "asked_back": None,
    "declined": None, "appeal": None, "merged_into": None, "is_together": False,
}  # fmt: skip
TAUGHT = {"followers": []}


def test_a_question_comes_whole_shared_or_in_figures_and_in_no_other_way() -> None:
    def entry(**value: Any) -> dict[str, Any]:
        return {"kind": "question", "id": "q1", "value": value}

    for fields in ({}, SHARED, SHARED | OWN, SHARED | OWN | TAUGHT):
        validate("View", entry(**QUESTION, **fields))
        validate("Change", entry(**QUESTION, **fields))
    wrong = [OWN, {"text": "why?"}, {"student_id": None}, SHARED | {"relayed_by": "sam"}, SHARED | TAUGHT]
    for fields in [*wrong, {"stuck": -1}, {"order": [1, 1]}, {"status": "lost"}]:
        with pytest.raises(jsonschema.ValidationError):
            validate("View", entry(**(QUESTION | fields)))


def test_both_documents_have_the_same_views() -> None:
    here, there = DOCUMENT["components"]["schemas"], http_document()["components"]["schemas"]
    shared = {"MeetingView", "RoomView", "AnswerView", "QuestionFigures", "SharedQuestion", "OwnQuestion"}
    assert {name: here[name] for name in shared} == {name: there[name] for name in shared}
    snapshot = here["Snapshot"]["properties"]["audience"]["pattern"]
    assert snapshot == there["Snapshot"]["properties"]["audience"]["pattern"]
