"""What a command may look like on the wire: every fault has its code and names its field, and nothing is coerced."""

import json
from typing import Any

import orjson
import pytest

from server.domain.messages import COMMANDS, Refused, parse_command
from tests.support.meetings import NOW, relay_data

VALID: dict[str, dict[str, Any]] = {
    "meeting.start": {
        "without": [{"site_id": "mesa", "plan_id": "p1", "kind": "other", "note": "by phone", "due_at": NOW}],
    },
    "meeting.end": {},
    "meeting.open_lobby": {},
    "meeting.reconcile": {},
    "announcement.make": {"announcement_id": "a1", "text": "page 112", "site_ids": ["mesa"]},
    "announcement.withdraw": {"announcement_id": "a1"},
    "announcement.reach": {"announcement_id": "a1", "site_id": "mesa"},
    "announcement.read_out": {"announcement_id": "a1", "site_id": "mesa"},
    "announcement.erase": {"announcement_id": "a1", "reason": "harmful"},
    "link.arrive": {"site_id": "mesa", "heard_at": NOW, "last_heard_at": NOW},
    "duty.leave": {"site_id": "mesa", "person_id": "sam", "since": NOW},
    "link.lapse": {"site_id": "mesa", "last_heard_at": NOW},
    "link.measure": {"site_id": "mesa", "round_trip_ms": 90},
    "duty.sign_on": {"site_id": "mesa"},
    "duty.step_out": {"site_id": "mesa", "covered_by": "lena", "reason": "emergency"},
    "duty.return": {"site_id": "mesa"},
    "duty.offer": {"site_id": "mesa", "to_id": "lena"},
    "duty.drop_offer": {"site_id": "mesa", "person_id": "sam"},
    "duty.accept": {"site_id": "mesa", "person_id": "sam"},
    "duty.take_over": {"site_id": "mesa", "person_id": "sam"},
    "duty.sign_off": {"site_id": "mesa", "reason": "other"},
    "meeting.enter_facts": {
        "section_id": "physics-7",
        "starts_at": NOW,
        "ends_at": NOW,
        "teacher_ids": ["vera"],
        "rooms": [{"site_id": "mesa", "student_ids": ["max"], "supervisor_ids": ["sam"]}],
        "cancelled": "weather",
        "staff": [
            {
                "person_id": "vera",
                "licences": [{"state": "MT", "endorsement": "Physics", "valid_from": "2024-07-01", "valid_to": None}],
                "clearance": {"status": "cleared", "expires_on": None},
            }
        ],
        "accommodations": [{"student_id": "max", "codes": ["breaks"]}],
        "video": {"url": "https://video.example/physics", "provider": "Jitsi"},
        "brief_version": 3,
    },
    "question.relay": relay_data("q1") | {"verbatim": True, "urgency": "normal", "shareable": False},
    "question.see": {"question_id": "q1", "version": 1},
    "question.claim": {"question_id": "q1", "version": 1},
    "question.answer": {"question_id": "q1", "form": "written", "text": "F = ma", "version": 3},
    "question.deliver": {"question_id": "q1", "version": 4},
    "question.confirm": {"question_id": "q1", "version": 5},
    "question.still_stuck": {"question_id": "q1", "version": 5},
    "question.erase": {"question_id": "q1", "reason": "harmful"},
    "question.begin": {"question_id": "q1", "version": 1},
    "question.release": {"question_id": "q1", "version": 1},
    "question.ask_back": {"question_id": "q1", "note": "which drawing?", "version": 1},
    "question.merge": {"question_id": "q1", "into": "q2", "version": 1},
    "question.unmerge": {"question_id": "q1", "version": 1},
    "question.defer": {"question_id": "q1", "due_at": NOW, "version": 1},
    "question.reopen": {"question_id": "q1", "version": 1},
    "question.decline": {"question_id": "q1", "reason": "other", "note": "after class", "version": 1},
    "question.restate": {"question_id": "q1", "text": "in other words", "verbatim": False, "version": 1},
    "question.withdraw": {"question_id": "q1", "version": 1},
    "question.acknowledge": {"question_id": "q1", "version": 1},
    "question.appeal": {"question_id": "q1", "note": "it is on topic", "version": 1},
    "question.cannot_find": {"question_id": "q1", "version": 1},
    "student.call_on": {"call_id": "c1", "site_id": "mesa", "student_id": "max", "question_id": "q1"},
    "student.end_call": {"call_id": "c1"},
    "student.answer_call": {"call_id": "c1", "response": "ready"},
    "meeting.settle_due": {},
    "readiness.begin": {"site_id": "mesa"},
    "readiness.report": {
        "site_id": "mesa",
        "status": "degraded",
        "microphone": "denied",
        "camera": "ok",
        "round_trip_ms": 90,
        "loss_percent": 5,
        "phone": "reached",
        "note": "by phone",
    },
    "catch_up.erase": {"plan_id": "p1", "reason": "harmful"},
    "readiness.erase": {"site_id": "mesa", "reason": "harmful"},
    "readiness.acknowledge_brief": {"site_id": "mesa", "brief_version": 2},
    "readiness.see_accommodations": {"site_id": "mesa", "needs": [{"student_id": "s1", "codes": ["breaks"]}]},
    "catch_up.plan": {"site_id": "mesa", "plan_id": "p1", "kind": "other", "note": "by phone", "due_at": NOW},
    "catch_up.revise": {"plan_id": "p1", "kind": "other", "note": "by phone", "due_at": NOW},
    "catch_up.carry_out": {"plan_id": "p1", "minutes": 45},
    "catch_up.drop": {"plan_id": "p1", "reason": "planned_in_error"},
}
"""Every command, with every field that it has."""
OPTIONAL = {
    "question.relay": {"student_id", "verbatim", "urgency", "shareable"},
    "question.answer": {"form", "text", "version"},
    "meeting.enter_facts": {"staff", "accommodations", "cancelled", "video", "brief_version"},
    "question.ask_back": {"note", "version"},
    "question.defer": {"due_at", "version"},
    "question.decline": {"note", "version"},
    "question.restate": {"verbatim", "version"},
    "student.call_on": {"question_id"},
    "announcement.make": {"site_ids"},
    "link.arrive": {"last_heard_at"},
    "duty.step_out": {"covered_by", "reason"},
    "duty.offer": {"to_id"},
    "duty.sign_off": {"reason"},
    "meeting.start": {"without"},
    "readiness.report": {"microphone", "camera", "round_trip_ms", "loss_percent", "phone", "note"},
    "catch_up.plan": {"note", "due_at"},
    "catch_up.revise": {"note", "due_at"},
}
NULLABLE = {
    *(("question.relay", "student_id"), ("question.answer", "text"), ("question.ask_back", "note")),
    *(("meeting.enter_facts", "cancelled"), ("announcement.make", "site_ids"), ("link.arrive", "last_heard_at")),
    *(
        ("meeting.enter_facts", "video"),
        ("duty.step_out", "covered_by"),
        ("duty.step_out", "reason"),
        ("duty.offer", "to_id"),
        ("duty.sign_off", "reason"),
    ),
    *(("question.defer", "due_at"), ("question.decline", "note"), ("student.call_on", "question_id")),
    *(("readiness.report", name) for name in ("round_trip_ms", "loss_percent", "note")),
    *((name, field) for name in ("catch_up.plan", "catch_up.revise") for field in ("note", "due_at")),
}
OTHERS: list[Any] = [None, True, 1, 1.0, "1", "true", "", [], ["q1"], {}, {"id": "q1"}]
"""One value of each type that JSON has, and those that a lenient reader would take for another's."""
FIELDS = [(name, field) for name, data in VALID.items() for field in data]


def refusal_of(name: object, data: object) -> Refused:
    with pytest.raises(Refused) as caught:
        parse_command(name, data)
    assert caught.value.message
    orjson.dumps(caught.value.as_error())
    return caught.value


def test_there_is_a_valid_sample_of_every_command_with_every_field() -> None:
    assert VALID.keys() == COMMANDS.keys()
    for name, data in VALID.items():
        declared, _ = parse_command(name, data)
        assert declared.name == name
        assert data.keys() == declared.cls.__dataclass_fields__.keys()


@pytest.mark.parametrize(("name", "field"), FIELDS)
def test_a_value_of_another_type_is_refused_and_never_coerced(name: str, field: str) -> None:
    right = VALID[name][field]
    nullable = (name, field) in NULLABLE or field == "version"
    for wrong in OTHERS:
        if type(wrong) is type(right) or (wrong is None and nullable):
            continue
        refusal = refusal_of(name, VALID[name] | {field: wrong})
        assert (refusal.field or "").split(".")[0] == field, wrong
        assert refusal.code in {"wrong_type", "not_a_choice", "missing_field"}, wrong


@pytest.mark.parametrize(
    ("name", "data", "field"),
    [
        ("meeting.enter_facts", {"teacher_ids": [7]}, "teacher_ids.0"),
        (
            "meeting.enter_facts",
            {"rooms": [{"site_id": 1, "student_ids": [], "supervisor_ids": []}]},
            "rooms.0.site_id",
        ),
        (
            "meeting.enter_facts",
            {"rooms": [{"site_id": "mesa", "student_ids": [True], "supervisor_ids": []}]},
            "rooms.0.student_ids.0",
        ),
        ("meeting.enter_facts", {"rooms": [{"site_id": "mesa", "student_ids": []}]}, "rooms.0.supervisor_ids"),
    ],
)
def test_the_fault_is_named_by_its_path(name: str, data: dict[str, Any], field: str) -> None:
    assert refusal_of(name, VALID[name] | data).field == field


@pytest.mark.parametrize(("name", "field"), FIELDS)
def test_a_missing_field_is_named(name: str, field: str) -> None:
    data = {key: value for key, value in VALID[name].items() if key != field}
    if field == "version" or field in OPTIONAL.get(name, ()):
        parse_command(name, data)
        return
    refusal = refusal_of(name, data)
    assert (refusal.code, refusal.field) == ("missing_field", field)


@pytest.mark.parametrize("name", VALID)
@pytest.mark.parametrize("field", ["extra", "Version", "__class__", "question_id "])
def test_an_unknown_field_is_refused(name: str, field: str) -> None:
    refusal = refusal_of(name, VALID[name] | {field: 1})
    assert (refusal.code, refusal.field) == ("unknown_field", field)


def test_an_unknown_field_inside_is_refused() -> None:
    room = {"site_id": "mesa", "student_ids": [], "supervisor_ids": [], "ratio": 1}
    refusal = refusal_of("meeting.enter_facts", VALID["meeting.enter_facts"] | {"rooms": [room]})
    assert (refusal.code, refusal.field) == ("unknown_field", "rooms.0.ratio")


@pytest.mark.parametrize(
    "name", ["", "question", "question.delete", "Question.relay", "question.relay ", None, 3, ["x"]]
)
def test_an_unknown_command(name: object) -> None:
    refusal = refusal_of(name, {})
    assert (refusal.code, refusal.field) == ("unknown_command", "name")


@pytest.mark.parametrize("data", [None, [], "{}", 3, True])
def test_data_is_an_object(data: object) -> None:
    refusal = refusal_of("meeting.start", data)
    assert (refusal.code, refusal.field) == ("wrong_type", "data")


@pytest.mark.parametrize(
    "bad",
    ["", " ", "a b", "a/b", "-a", ".a", "_a", "é", "a" * 65, "a\n", "a\x00", "../a", "a:b", "\ud800", "a\u202e"],
    ids=ascii,
)
@pytest.mark.parametrize("field", ["question_id", "site_id", "student_id"])
def test_what_is_not_an_id(field: str, bad: str) -> None:
    refusal = refusal_of("question.relay", VALID["question.relay"] | {field: bad})
    assert refusal.field == field
    assert refusal.code == ("control_characters" if bad == "\ud800" else "bad_id")


@pytest.mark.parametrize("good", ["a", "0", "A.b-c_d", "a" * 64, "01991e4c-7b3a-7c31-8f0e-1f2d3c4b5a69"])
def test_what_is_an_id(good: str) -> None:
    _, command = parse_command("question.see", {"question_id": good})
    assert command.question_id == good


# ── Text ──────────────────────────────────────────────────────────────────────────────────────────────────────────

TEXTS = [("question.relay", 2_000), ("question.answer", 4_000), ("question.restate", 2_000)]
NOTES = ["question.ask_back", "question.decline", "question.appeal"]
CONTROLS = [*range(0x09), 0x0B, 0x0C, *range(0x0D, 0x20), *range(0x7F, 0xA0)]
OVERRIDES = [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]
ANNOTATIONS = [0xFFF9, 0xFFFA, 0xFFFB]
SURROGATES = [0xD800, 0xDBFF, 0xDC00, 0xDFFF]


@pytest.mark.parametrize(("name", "_"), TEXTS)
@pytest.mark.parametrize("code", [*CONTROLS, *OVERRIDES, *ANNOTATIONS, *SURROGATES], ids=lambda code: f"U+{code:04X}")
def test_control_characters_and_overrides_are_refused(name: str, _: int, code: int) -> None:
    refusal = refusal_of(name, VALID[name] | {"text": f"why{chr(code)}?"})
    assert (refusal.code, refusal.field) == ("control_characters", "text")


def test_the_message_says_where_the_character_is_and_not_what_was_written() -> None:
    refusal = refusal_of("question.relay", VALID["question.relay"] | {"text": "secret\x07"})
    assert "character 7" in refusal.message
    assert "U+0007" in refusal.message
    assert "secret" not in refusal.message


@pytest.mark.parametrize(("name", "_"), TEXTS)
@pytest.mark.parametrize(
    "text",
    ["line\nfeed", "a\ttab", "¿por qué?", "为什么", "لماذا", "e\u0301", "👩‍🔬", "∫ F·dx", "a\u200bb", "x" * 2_000],
)
def test_what_people_write_is_kept_as_it_is(name: str, _: int, text: str) -> None:
    _, command = parse_command(name, VALID[name] | {"text": text})
    assert command.text == text


@pytest.mark.parametrize(("name", "most"), TEXTS)
def test_a_text_has_its_length(name: str, most: int) -> None:
    parse_command(name, VALID[name] | {"text": "é" * most})
    for length in (most + 1, 10_000):
        refusal = refusal_of(name, VALID[name] | {"text": "x" * length})
        assert (refusal.code, refusal.field) == ("too_long", "text")
        assert f"{most}" in refusal.message
        assert "xx" not in refusal.message


@pytest.mark.parametrize("name", NOTES)
def test_a_note_is_a_short_text(name: str) -> None:
    _, command = parse_command(name, VALID[name] | {"note": "👩‍🔬 لماذا <b>\n" * 30})
    assert command.note == "👩‍🔬 لماذا <b>\n" * 30
    for note, code in (("x" * 501, "too_long"), ("a\u202eb", "control_characters"), ("a\x00b", "control_characters")):
        refusal = refusal_of(name, VALID[name] | {"note": note})
        assert (refusal.code, refusal.field) == (code, "note")


def test_sixty_lines_of_markup_right_to_left_and_emoji_are_kept_to_the_letter() -> None:
    text = "\n".join(f"{n}. <script>alert('؟ لماذا')</script> 👩🏽‍🔬 =1+1" for n in range(1, 39))
    for name in ("question.relay", "question.restate"):
        assert parse_command(name, VALID[name] | {"text": text})[1].text == text
    lines = "\n" * 59 + "why?"
    assert parse_command("question.relay", VALID["question.relay"] | {"text": lines})[1].text == lines


@pytest.mark.parametrize(
    "blank",
    ["", " ", "\n", "\t \n", "\u00a0", "\u3000", "\u200b\u2060", "\ufeff", "\u3164", "\u2028", "\u0301"],
    ids=ascii,
)
def test_a_question_says_something(blank: str) -> None:
    refusal = refusal_of("question.relay", VALID["question.relay"] | {"text": blank})
    assert (refusal.code, refusal.field) == ("too_short", "text")
    refusal = refusal_of("question.appeal", VALID["question.appeal"] | {"note": blank})
    assert (refusal.code, refusal.field) == ("too_short", "note")


# ── Choices and figures ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "field", "bad"),
    [
        ("question.relay", "urgency", "urgent"),
        ("question.relay", "urgency", "Normal"),
        ("question.answer", "form", "spoken"),
        ("question.decline", "reason", "boring"),
        ("student.answer_call", "response", "called"),
    ],
)
def test_a_choice_is_one_of_those(name: str, field: str, bad: str) -> None:
    refusal = refusal_of(name, VALID[name] | {field: bad})
    assert (refusal.code, refusal.field) == ("not_a_choice", field)


@pytest.mark.parametrize(
    ("name", "field", "bad"),
    [
        ("question.relay", "asked_at", -1),
        ("question.relay", "asked_at", 253_402_300_800_000),
        ("question.see", "version", 0),
        ("question.see", "version", -1),
        ("question.see", "version", 2**53),
        ("question.see", "version", 2**64),
    ],
    ids=str,
)
def test_a_figure_has_its_range(name: str, field: str, bad: int) -> None:
    refusal = refusal_of(name, VALID[name] | {field: bad})
    assert (refusal.code, refusal.field) == ("out_of_range", field)


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity", "1e3", "1.0", "-0.0"])
def test_a_number_that_is_no_whole_one(word: str) -> None:
    refusal = refusal_of("question.relay", VALID["question.relay"] | {"asked_at": json.loads(word)})
    assert (refusal.code, refusal.field) == ("wrong_type", "asked_at")


@pytest.mark.parametrize(
    ("name", "code", "shown"),
    [
        ("x" * 60_000, "unknown_field", "x" * 64),
        ("a\x00b", "unknown_field", "a\ufffdb"),
        ("\u202eb", "unknown_field", "\ufffdb"),
        ("\ud800", "control_characters", None),
    ],
    ids=["long", "control", "override", "surrogate"],
)
def test_an_unknown_field_is_named_without_harm(name: str, code: str, shown: str | None) -> None:
    refusal = refusal_of("meeting.start", {name: 1})
    assert (refusal.code, refusal.field) == (code, shown)
