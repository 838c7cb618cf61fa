"""What a running server counts: plain numbers in memory, which `/metrics` reads.

To count must cost next to nothing: an addition where the thing happens, without a lock or a label object, as all of it
happens on one loop. What each is called outside, and what it means, is in `rest/metrics.py`. Nothing is counted by
person, site, meeting or what somebody wrote: keys are routes as declared, command names as declared, and codes.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Mapping

OK = "ok"
UNKNOWN = "unknown"
"""In the place of a name that is none of ours."""


class Histogram:
    """How often a value was at most each bound."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, *bounds: float) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        """By the first bound that is not below the value; the last has none."""
        self.total = 0.0

    def observe(self, value: float) -> None:
        """Count a value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value


class Timed:
    """How often something was done, and how many seconds it took together."""

    __slots__ = ("count", "seconds")

    def __init__(self) -> None:
        self.count = 0
        self.seconds = 0.0


class Metrics:
    """The numbers of one server process. Counters only grow; `gauges` are asked when somebody reads."""

    def __init__(self) -> None:
        self.requests: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        """By route, and by the status's first digit."""
        self.request_seconds: dict[str, Timed] = defaultdict(Timed)
        self.commands: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        """By outcome (`ok` or the refusal's code), and by the command's name."""
        self.socket_refusals: dict[str, int] = defaultdict(int)
        """By code: what sockets asked that came to no command or join."""
        self.socket_closings: dict[str, int] = defaultdict(int)
        """By code: the sockets to which the server said goodbye."""
        self.frames = self.frame_bytes = 0
        """What left for clients, heartbeats included."""
        self.commit_seconds = Histogram(0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5)
        self.commit_commands = Histogram(1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000)
        self.failed_appends = 0
        self.loop_lag = Histogram(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5)
        self.due_lag_seconds = 0.0
        """How late the last look found the longest overdue; 0: nothing was."""
        self.due_settled = 0
        self.gauges: dict[str, Callable[[], float]] = {}

    def request(self, route: str, status: int, seconds: float) -> None:
        """A request was answered; `route` is as declared, or `unknown`."""
        self.requests[route][status // 100] += 1
        timed = self.request_seconds[route]
        timed.count += 1
        timed.seconds += seconds

    def commit(self, commands: int, seconds: float) -> None:
        """One transaction of the log was written, or failed."""
        self.commit_commands.observe(commands)
        self.commit_seconds.observe(seconds)


def declared(name: object, names: Mapping[str, object]) -> str:
    """The name where it is one of ours: what a client made up is nothing to count or to log by."""
    return name if isinstance(name, str) and name in names else UNKNOWN
