"""Relay a question as a supervisor and hear its answer: docs/protocol.md at work, on the official Socket.IO client.

    pip install "python-socketio[asyncio-client]" uuid-utils
    python relay.py http://localhost:8080 TOKEN MEETING SITE "Why is the sky blue?"

`longroom demo --describe` prints a supervisor's token, their site, and the meeting that is live. This waits until
somebody answers: do so on the teacher's console, or let `longroom serve --demo --simulate` play the teacher.
"""

import asyncio
import gzip
import json
import sys
import time

import socketio
from uuid_utils import uuid7

URL, TOKEN, MEETING, SITE, TEXT = sys.argv[1:]
STREAM = f"meeting:{MEETING}"
io = socketio.AsyncClient()  # It connects again by itself, and `join` runs again.
views, here, changed = {}, {}, asyncio.Event()


@io.on("connect", namespace="/live")
async def join():
    put(await io.call("join", {"stream": STREAM, **({"since": dict(here)} if here else {})}, namespace="/live"))


@io.on("snapshot", namespace="/live")
def put(reply):
    if "snapshot" in reply:
        views.clear()
    for view in reply.get("snapshot") or reply.get("changes") or []:
        views[view["kind"], view["id"]] = view["value"]
    here.update({key: reply[key] for key in ("epoch", "seq", "audience") if key in reply})
    changed.set()


@io.on("changes", namespace="/live")
@io.on("changes_gz", namespace="/live")
@io.on("head", namespace="/live")  # A head is a frame that begins where it ends, and brings nothing.
async def take(frame):
    frame = json.loads(gzip.decompress(frame)) if isinstance(frame, bytes) else frame
    if frame["epoch"] != here["epoch"] or frame.get("after", frame["seq"]) > here["seq"]:
        await join()  # Something is missing, or the record is another one.
    elif frame["seq"] > here["seq"]:
        put(frame)


async def command(name, **data):
    request = {"stream": STREAM, "command_id": str(uuid7()), "name": name, "data": data}
    while True:  # Under the same id until an answer comes: however often it is sent, it happens once.
        try:
            answer = await io.call("command", request, namespace="/live", timeout=10)
        except socketio.exceptions.SocketIOError:
            answer = {"ok": False, "error": {"code": "busy"}}
        if answer["ok"]:
            return
        if answer["error"]["code"] not in ("busy", "too_many_requests"):
            sys.exit(answer["error"]["message"])
        await asyncio.sleep(1)


async def main():
    url, question_id, status = f"{URL}?meeting={MEETING}", str(uuid7()), None
    await io.connect(url, auth={"token": TOKEN}, namespaces=["/live"], transports=["websocket"])
    await command("question.relay", question_id=question_id, site_id=SITE, text=TEXT, asked_at=int(time.time() * 1e3))
    print(f"sent as {question_id}", flush=True)
    while status not in ("answered", "declined"):
        await changed.wait()
        changed.clear()
        question = views.get(("question", question_id))
        if question and question["status"] != status:
            status = question["status"]
            print(status, flush=True)
    if status == "answered":
        print(question["answers"][-1]["text"] or "The teacher said it aloud.")
        await command("question.confirm", question_id=question_id)
    await io.disconnect()


asyncio.run(main())
