"""Which addresses are the server's own, and who is really calling: one answer for HTTP and for sockets.

Pure: it is given header values, and never a request. What a proxy says of a caller (`X-Forwarded-For`,
`X-Forwarded-Proto`) is believed only from the proxies that the settings name; from anybody else it is ignored.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from multidict import MultiMapping

from .config import Network, Settings, is_loopback

_HOST_HEADER = re.compile(r"(?P<host>\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class Caller:
    """Where a request comes from: the client's own address, and the scheme that its browser used."""

    address: str
    scheme: str


class Origins:
    """The server's own origins and the proxies that it trusts."""

    def __init__(self, settings: Settings) -> None:
        public = urlsplit(settings.public_url)
        self.public_origin = f"{public.scheme}://{public.netloc}"
        # The address listened on is ours too; only names can be pointed at us by somebody else.
        self._hosts = {public.hostname or "", settings.host.lower()}
        self._proxies = settings.trusted_proxies

    def is_own_host(self, host: str) -> bool:
        """Whether a Host header names this server: the public URL's host, or this machine's own names and address.

        A page of another site that points its name at us (DNS rebinding) fails here.
        """
        found = _HOST_HEADER.fullmatch(host.lower())
        return found is not None and (found["host"].strip("[]") in self._hosts or is_loopback(found["host"]))

    def listed(self, port: int, names: Iterable[str] = ()) -> list[str]:
        """The origins one by one, for who cannot ask `is_own_origin`; `names` are further ones under `.localhost`."""
        hosts = ["localhost", "127.0.0.1", "[::1]", *(f"{name}.localhost" for name in names)]
        return list(dict.fromkeys([self.public_origin, *(f"http://{host}:{port}" for host in hosts)]))

    def is_own_origin(self, origin: str, caller: Caller, host: str) -> bool:
        """Whether an Origin header is the server's own: the public one, or that which the request itself came to."""
        return origin == self.public_origin or origin == f"{caller.scheme}://{host.lower()}"

    def is_same_origin(self, headers: Mapping[str, str], caller: Caller) -> bool:
        """Whether the browser says that the request was made by a page of ours.

        `Sec-Fetch-Site` cannot be forged by a page; a browser too old to send it sends `Origin` with what changes
        something. With neither, nothing is known, and the answer is no.
        """
        site = headers.get("Sec-Fetch-Site")
        if site is not None:
            return site == "same-origin"
        return self.is_own_origin(headers.get("Origin", ""), caller, headers.get("Host", ""))

    def caller(self, peer: str | None, scheme: str, headers: Mapping[str, str]) -> Caller:
        """Who calls; `peer` is the address at the other end of the connection, None on a Unix socket."""
        address = peer or ""
        if not self.is_proxy(address):
            return Caller(address, scheme)
        # Each proxy appends the address it saw: read from the right, the first that is no proxy of ours is the client.
        # A proxy may write a line of its own below the client's: all of them are one list.
        for hop in reversed(",".join(_all(headers, "X-Forwarded-For")).split(",")):
            if not _is_address(hop.strip()):
                break
            address = hop.strip()
            if not self.is_proxy(address):
                break
        forwarded = ",".join(_all(headers, "X-Forwarded-Proto")).rpartition(",")[2].strip().lower()
        return Caller(address, forwarded if forwarded in {"http", "https"} else scheme)

    def is_proxy(self, peer: str | None) -> bool:
        """Whether the address at the other end of a connection is of a proxy that the settings name."""
        address = peer or ""
        return _is_address(address) and any(_within(address, network) for network in self._proxies)


def is_from_here(peer: str | None, host: str) -> bool:
    """Whether a connection comes from this machine, and its Host header names this machine."""
    found = _HOST_HEADER.fullmatch(host.lower())
    if found is None or peer is None or not _is_address(peer):
        return False
    return ip_address(peer).is_loopback and is_loopback(found["host"])


def _all(headers: Mapping[str, str], name: str) -> list[str]:
    """Every line of the header, in order."""
    if isinstance(headers, MultiMapping):
        return headers.getall(name, [])
    return [headers[name]] if name in headers else []


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _within(address: str, network: Network) -> bool:
    parsed = ip_address(address)
    return parsed.version == network.version and parsed in network
