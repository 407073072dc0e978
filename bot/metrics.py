"""What Prometheus is told by the front-ends of a process."""

from collections.abc import Callable, Iterable, Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram, start_http_server
from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

_SECONDS = (0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800)


class FrontMetrics:
    """Counters and histograms; one object serves all front-ends of a process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.orders = Counter(
            "mididraw_orders",
            "Drawings asked for, and what became of the asking.",
            ["front", "verdict"],
            registry=self.registry,
        )
        self.deliveries = Counter(
            "mididraw_deliveries",
            "Answers taken from the outbox, by how the job ended.",
            ["front", "how"],
            registry=self.registry,
        )
        self.total = Histogram(
            "mididraw_total_seconds",
            "From the order until the chat has its answer.",
            ["front"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.posting = Histogram(
            "mididraw_posting_seconds",
            "From the answer's leaving the outbox until the chat has it.",
            ["front"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._posts = _Posts()
        self.registry.register(self._posts)

    def serve(self, port: int, host: str) -> None:
        """Answer at ``http://…:port/metrics``, in a thread of its own."""
        start_http_server(port, host, registry=self.registry)

    def watch(self, front: str, outcomes: Callable[[], Mapping[str, int]]) -> None:
        """Tell what a front-end counts itself: posted, later, gone and the like."""
        self._posts.fronts[front] = outcomes


class _Posts(Collector):
    def __init__(self) -> None:
        self.fronts: dict[str, Callable[[], Mapping[str, int]]] = {}

    def collect(self) -> Iterable[Metric]:
        """As often as Prometheus asks."""
        posts = CounterMetricFamily(
            "mididraw_posts",
            "Attempts to post, and what became of them.",
            labels=["front", "outcome"],
        )
        for front, outcomes in self.fronts.items():
            for outcome, count in outcomes().items():
                posts.add_metric([front, outcome], count)
        yield posts
