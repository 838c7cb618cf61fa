"""The session cookie: where a browser keeps its token, and out of whose reach.

`__Host-` makes the browser refuse it unless it is Secure, for the whole host and for no other host; HttpOnly keeps it
from scripts; SameSite=Lax from other sites' forms. Browsers take loopback for secure, so that this holds without TLS.
"""

NAME = "__Host-longroom"
_ATTRIBUTES = "Path=/; HttpOnly; Secure; SameSite=Lax"


def keep(token: str, seconds: int) -> str:
    """The Set-Cookie header that keeps the token for so many seconds."""
    return f"{NAME}={token}; Max-Age={max(seconds, 0)}; {_ATTRIBUTES}"


def drop() -> str:
    """The Set-Cookie header that takes it away."""
    return f"{NAME}=; Max-Age=0; {_ATTRIBUTES}"
