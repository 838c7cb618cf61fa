"""Nodes that share a Redis share the count of attempts to sign in; without it a sign-in goes on."""

import hashlib

import pytest
from limits import parse

from server.service.accounts import SignInLimits
from server.service.attempts import Attempts, TooMany
from tests.support.app import PASSWORD, House, HouseRules
from tests.support.redis import RedisServer

pytestmark = pytest.mark.redis
EMAIL = "tess@school.example"


@pytest.fixture
def house_rules(redis: RedisServer) -> HouseRules:
    return HouseRules(settings={"redis_url": redis.url}, limits=SignInLimits(per_account="2 per minute"))


async def test_another_node_knows_of_the_attempts(house: House, redis: RedisServer) -> None:
    await house.set_password("tess")
    for _ in range(2):
        assert (await house.nobody.send("POST", "/api/tokens", {"email": EMAIL, "password": "x"})).status == 401
    elsewhere = Attempts(redis.url)
    with pytest.raises(TooMany):
        await elsewhere.count(parse("2 per minute"), "account", hashlib.sha256(EMAIL.encode()).hexdigest())
    await elsewhere.close()


async def test_a_dead_redis_stops_nobody_from_signing_in(house: House, redis: RedisServer) -> None:
    await house.set_password("tess")
    await redis.stop()
    assert (await house.nobody.send("POST", "/api/tokens", {"email": EMAIL, "password": PASSWORD})).status == 200
