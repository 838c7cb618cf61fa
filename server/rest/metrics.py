"""`/metrics`: what the server counts, in Prometheus's text, for whoever runs it."""

from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from typing import Any

from aiohttp import hdrs, web
from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
    SummaryMetricFamily,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from ..metrics import Histogram, Metrics
from .call import Call
from .routes import Content, Open, Scope, route

GAUGES = {
    "sockets": "Sockets that are signed in.",
    "streams_loaded": "Live records in memory.",
    "commands_under_way": "Commands without an answer yet.",
    "redis_linked": "Whether the link to the other nodes is there; absent where there is one server.",
}
"""What each of the gauges means, by the name that the app gives it."""


@route("GET", "/metrics", may=Open.OPERATOR, scope=Scope.SERVER, response=Content("text/plain"))
async def get_metrics(call: Call) -> web.Response:
    """What the server counts, in Prometheus's text."""
    return web.Response(body=exposition(call.services.live.metrics), headers={hdrs.CONTENT_TYPE: CONTENT_TYPE_LATEST})


def exposition(metrics: Metrics) -> bytes:
    """All numbers as they are now, those of the process too."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Numbers(metrics))
    ProcessCollector(registry=registry)
    return generate_latest(registry)


class _Numbers(Collector):
    """Our numbers as Prometheus names them. Made anew for each reading: nothing is kept twice."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        """Each family of numbers."""
        held = self._metrics
        yield _gauge("info", "This server, by its release.", 1, {"version": version("longroom")})
        yield _counter(
            "http_requests",
            "Requests answered, by route as declared and by the status's class.",
            ("route", "status"),
            (((path, f"{digit}xx"), n) for path, by_digit in held.requests.items() for digit, n in by_digit.items()),
        )
        taken = SummaryMetricFamily("longroom_http_request_seconds", "Time to answer, by route.", labels=("route",))
        for path, timed in held.request_seconds.items():
            taken.add_metric((path,), timed.count, timed.seconds)
        yield taken
        yield _counter(
            "commands",
            "Commands answered, whichever way they came, by name and by outcome: ok, or the refusal's code.",
            ("command", "outcome"),
            (((name, outcome), n) for outcome, by_name in held.commands.items() for name, n in by_name.items()),
        )
        yield _counter(
            "socket_refusals", "Socket events refused unread, by code.", ("code",), _each(held.socket_refusals)
        )
        yield _counter(
            "socket_closings", "Sockets that the server closed, by its reason.", ("code",), _each(held.socket_closings)
        )
        yield _counter("frames_sent", "Frames handed to clients' connections.", (), [((), held.frames)])
        yield _counter("frame_bytes_sent", "Bytes of those frames.", (), [((), held.frame_bytes)])
        yield _histogram("commit_seconds", "Time of one transaction of the log.", held.commit_seconds)
        yield _histogram("commit_commands", "Commands in one transaction of the log.", held.commit_commands)
        yield _counter(
            "failed_appends",
            "Streams that a transaction left out: another node was first, or the database failed.",
            (),
            [((), held.failed_appends)],
        )
        yield _gauge("due_lag_seconds", "How late the last look found what time had made due.", held.due_lag_seconds)
        yield _counter("due_settled", "Streams in which something had come due.", (), [((), held.due_settled)])
        yield _histogram("loop_lag_seconds", "How late the event loop came to a timer.", held.loop_lag)
        for name, ask in held.gauges.items():
            yield _gauge(name, GAUGES[name], ask())


def _gauge(name: str, told: str, value: float, labels: Mapping[str, str] | None = None) -> Metric:
    family = GaugeMetricFamily(f"longroom_{name}", told, labels=list(labels or {}))
    family.add_metric(list((labels or {}).values()), value)
    return family


def _counter(name: str, told: str, labels: Iterable[str], counts: Iterable[tuple[Any, int]]) -> Metric:
    family = CounterMetricFamily(f"longroom_{name}", told, labels=list(labels))
    for values, count in counts:
        family.add_metric(values, count)
    return family


def _histogram(name: str, told: str, held: Histogram) -> Metric:
    family = HistogramMetricFamily(f"longroom_{name}", told)
    below, buckets = 0, []
    for bound, count in zip((*map(str, held.bounds), "+Inf"), held.counts, strict=True):
        below += count
        buckets.append((bound, below))
    family.add_metric((), buckets, held.total)
    return family


def _each(counts: Mapping[str, int]) -> Iterator[tuple[tuple[str], int]]:
    return (((code,), count) for code, count in counts.items())
