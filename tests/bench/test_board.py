"""The measure of the board counts what it asked for: every class, every room, and what is wrong in them."""

from pathlib import Path

from .board import measure


def test_all_classes_and_rooms_are_in_the_answer(tmp_path: Path) -> None:
    found = measure(classes=3, rooms=2, questions=1, requests=2, folder=tmp_path)
    # Nobody's clearance is in the seeded directory: an adult is in each room, and none whose clearance stands.
    assert (found.classes, found.rooms, found.concerns) == (3, 6, 6)
    assert found.median_ms <= found.slowest_ms
