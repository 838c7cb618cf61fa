"""The directory's rows over HTTP; what they may be is the directory's own business, tested with it."""

from tests.support.app import PHYSICS, House


async def test_a_long_list_comes_in_pages(house: House) -> None:
    cora = house.client("cora")
    whole = [row["id"] for row in (await cora.get("/api/directory/people")).json["rows"]]
    assert whole == sorted(whole)
    paged: list[str] = []
    while True:
        after = f"&after={paged[-1]}" if paged else ""
        page = (await cora.get(f"/api/directory/people?limit=3{after}")).json["rows"]
        if not page:
            break
        assert len(page) <= 3
        paged += [row["id"] for row in page]
    assert paged == whole


async def test_rows_are_looked_up_by_what_they_refer_to(house: House) -> None:
    cora = house.client("cora")
    found = (await cora.get("/api/directory/enrolments?site_id=north")).json["rows"]
    assert [row["student_id"] for row in found] == ["ann", "bob"]
    assert (await cora.get("/api/directory/enrolments?site_id=nowhere")).json["rows"] == []
    refused = await cora.get("/api/directory/enrolments?begins_on=2026-08-20")
    assert (refused.status, refused.code) == (400, "unknown_field")


async def test_a_row_is_made_changed_and_read_back(house: House) -> None:
    cora = house.client("cora")
    new = {"name": "West", "time_zone": "America/Denver", "jurisdiction": "US-MT"}
    made = await cora.send("POST", "/api/directory/sites", new | {"id": "west"})
    assert (made.status, made.json) == (201, new | {"id": "west", "program_id": "plains", "version": 1, "phone": None})
    path = "/api/directory/sites/west"
    changed = await cora.send("PATCH", path, {"version": 1, "name": "Far West"})
    assert (changed.json["name"], changed.json["version"]) == ("Far West", 2)
    assert (await cora.get(path)).json == changed.json
    stale = await cora.send("PATCH", path, {"version": 1, "name": "Wild West"})
    assert (stale.status, stale.code) == (409, "stale_version")
    taken = await cora.send("POST", "/api/directory/sites", new | {"id": "west"})
    assert (taken.status, taken.code) == (409, "id_taken")


async def test_no_answer_holds_what_signs_a_person_in(house: House) -> None:
    await house.set_password("tess")
    cora = house.client("cora")
    for path in ("/api/directory/people", "/api/directory/people/tess"):
        assert b"argon" not in (body := (await cora.get(path)).body)
        assert b"password" not in body


async def test_a_new_meeting_can_be_joined_at_once(house: House) -> None:
    times = {"starts_at": house.clock.now(), "ends_at": house.clock.now() + 60_000}
    new = {"id": "extra", "section_id": "physics", "title": "Extra"} | times
    assert (await house.client("cora").send("POST", "/api/directory/meetings", new)).status == 201
    assert (await house.client("nora").get("/api/meetings/extra")).json["audience"] == "supervisor:north"


async def test_a_change_of_who_stands_in_a_room_reaches_the_meeting(house: House) -> None:
    assert (await house.client("sol").get(f"/api/meetings/{PHYSICS}")).status == 200
    ended = {"version": 1, "ends_on": "2026-09-01"}
    await house.client("cora").send("PATCH", "/api/directory/grants/grant-sol", ended)
    room = await house.client("tess").get(f"/api/meetings/{PHYSICS}/report")
    assert [one["supervisor_ids"] for one in room.json["rooms"]] == [["nora"], []]
