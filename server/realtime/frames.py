"""The bytes on the wire, made once and shared by everybody they go to.

A `Frame` is one Socket.IO packet, ready in the two shapes in which it can leave: as whole WebSocket frames for a
transport (a server's frames carry no mask, so one copy serves every member), and as Engine.IO packets for a client
that polls. Nothing here knows who is connected or what a view is.
"""

import zlib
from struct import pack

from engineio.packet import MESSAGE, Packet

NAMESPACE = "/live"
GZIP_OVER = 2_048
"""Bodies of more bytes than this are sent compressed: what one event changes is a little over 1 KiB, and to compress
that costs both ends more than the bytes saved."""

_GZIP_LEVEL = 1
"""Bodies are a few kilobytes of JSON: on those a higher level takes longer and saves next to nothing."""
_GZIP_CONTAINER = 31
"""zlib's number for a gzip header. zlib writes no time into it, so equal bodies give equal bytes."""

_TEXT, _BINARY, _CLOSE, _PONG = 0x81, 0x82, 0x88, 0x8A


class Frame:
    """One packet: a text message (its first byte is the Engine.IO packet type) and at most one binary attachment."""

    __slots__ = ("attachment", "text", "wire")

    def __init__(self, text: bytes, attachment: bytes | None = None) -> None:
        self.text = text
        self.attachment = attachment
        self.wire = _header(_TEXT, len(text)) + text
        if attachment is not None:
            self.wire += _header(_BINARY, len(attachment)) + attachment

    def packets(self) -> list[Packet]:
        """The same for Engine.IO's own queue."""
        packets = [Packet(self.text[0] - 0x30, self.text[1:].decode())]
        if self.attachment is not None:
            packets.append(Packet(MESSAGE, self.attachment))
        return packets


def event(name: str, body: bytes) -> Frame:
    """An event with one argument, given as JSON."""
    return Frame(b'42%b,["%b",%b]' % (_NAMESPACE, name.encode(), body))


def changes(body: bytes) -> Frame:
    """A `changes` event, or its compressed twin where the body is long."""
    if len(body) <= GZIP_OVER:
        return event("changes", body)
    return Frame(_CHANGES_GZ, zlib.compress(body, _GZIP_LEVEL, _GZIP_CONTAINER))


def acknowledgement(ack_id: bytes, body: bytes) -> Frame:
    """The answer to the event that carried `ack_id`, given as JSON."""
    return Frame(b"43%b,%b[%b]" % (_NAMESPACE, ack_id, body))


def of_packet(packet: Packet) -> bytes:
    """The WebSocket frame of a packet that Engine.IO or python-socketio made."""
    encoded: str | bytes = packet.encode()
    if isinstance(encoded, str):
        text = encoded.encode()
        return _header(_TEXT, len(text)) + text
    return _header(_BINARY, len(encoded)) + encoded


def close(code: int, reason: str) -> bytes:
    """A WebSocket close frame; the reason is at most 123 bytes."""
    return _header(_CLOSE, 2 + len(reason)) + pack("!H", code) + reason.encode()


def pong(payload: bytes) -> bytes:
    """The answer to a WebSocket ping (Engine.IO's own heartbeat is another thing)."""
    return _header(_PONG, len(payload)) + payload


def _header(first: int, length: int) -> bytes:
    if length < 126:
        return bytes((first, length))
    if length < 65_536:
        return pack("!BBH", first, 126, length)
    return pack("!BBQ", first, 127, length)


_NAMESPACE = NAMESPACE.encode()
_CHANGES_GZ = b'451-%b,["changes_gz",{"_placeholder":true,"num":0}]' % _NAMESPACE
PING = b"\x81\x012"
"""Engine.IO's heartbeat as a WebSocket frame."""
