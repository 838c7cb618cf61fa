"""A client of the HTTP routes, for one person: asks until it is answered."""

from typing import Any

import aiohttp

from ..domain.messages import Refused
from .client import PATIENCE_SECONDS, SignedOut
from .patience import Patience, reason

_TRY_AGAIN = frozenset({429, 502, 503, 504})
_TIMEOUT = aiohttp.ClientTimeout(total=30.0)


class RestClient:
    """One person's requests. A refusal is raised as `Refused`; a server that is away is waited for."""

    def __init__(self, session: aiohttp.ClientSession, base_url: str, token: str) -> None:
        self._session = session
        self._base_url = base_url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"}

    async def get(self, path: str) -> Any:
        """What lies at the path."""
        return await self._ask("GET", path, None)

    async def get_once_there(self, path: str) -> Any:
        """The same for what somebody's request is still bringing about."""
        patience = Patience(PATIENCE_SECONDS)
        while True:
            try:
                return await self.get(path)
            except Refused as refused:
                if refused.code not in {"not_found", "unknown_stream"}:
                    raise
                await patience.wait(f"{path}: {refused.code}")

    async def create(self, path: str, row: dict[str, Any]) -> Any:
        """Add a row that carries an id of the caller's. An attempt whose answer was lost is found by it."""
        try:
            return await self._ask("POST", path, row)
        except Refused as refused:
            if refused.code != "id_taken":
                raise
            return await self.get(f"{path}/{row['id']}")

    async def _ask(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        patience = Patience(PATIENCE_SECONDS)
        while True:
            retry_after = 0.0
            try:
                async with self._session.request(
                    method, self._base_url + path, json=body, headers=self._headers, timeout=_TIMEOUT
                ) as response:
                    if response.status not in _TRY_AGAIN:
                        return await _read(response)
                    why, retry_after = f"HTTP {response.status}", float(response.headers.get("Retry-After", 0))
            except (aiohttp.ClientError, OSError, TimeoutError) as error:
                why = reason(error)
            await patience.wait(why, retry_after)


async def _read(response: aiohttp.ClientResponse) -> Any:
    answer = await response.json()
    if response.status < 400:
        return answer
    error = answer["error"]
    if error["code"] == "not_signed_in":
        raise SignedOut(error["message"])
    raise Refused(error["code"], error["message"], error.get("field"))
