"""The files that a client starts from, or that it left: read whole, and told in a sentence where they are not such."""

from collections.abc import Mapping
from typing import Any, NotRequired, TypeVar

from pydantic import TypeAdapter, ValidationError
from typing_extensions import TypedDict

from ..domain.messages import first_fault

T = TypeVar("T")


class BadDescription(Exception):
    """A file that is not what it was given for."""


class DescribedPerson(TypedDict):
    """Somebody to play."""

    name: NotRequired[str]
    role: str
    site_id: str | None
    token: str


class DescribedSite(TypedDict):
    """A site of the program."""

    site_id: str


class Description(TypedDict):
    """As much as lessons need of what `longroom demo --describe` prints."""

    base_url: str
    section_id: str
    sites: list[DescribedSite]
    people: list[DescribedPerson]


class AskedQuestion(TypedDict):
    """A question that the server acknowledged; `line`: where its row begins in the file."""

    question_id: str
    site_id: str
    student_id: str
    text: str
    line: int


class PlayedLesson(TypedDict):
    """A lesson, played in one meeting."""

    lesson: str
    questions: list[AskedQuestion]


class RefusedRow(TypedDict):
    """A row that the server refused, and its error."""

    line: int
    code: str
    message: str


class Report(TypedDict):
    """What `longroom drive --report` writes; the meetings by id."""

    base_url: str
    meetings: Mapping[str, PlayedLesson]
    refused: list[RefusedRow]
    figures: Mapping[str, Any]


DESCRIPTION: TypeAdapter[Description] = TypeAdapter(Description)
REPORT: TypeAdapter[Report] = TypeAdapter(Report)


def read_json(adapter: TypeAdapter[T], text: str | bytes, what: str) -> T:
    """The file's content; raises `BadDescription`. `what` names the file for people."""
    try:
        return adapter.validate_json(text)
    except ValidationError as error:
        fault = first_fault(error)
        raise BadDescription(f"this is not {what}: {fault.field or 'it'}: {fault.message}") from None
