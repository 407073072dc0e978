"""What Prometheus is told of the decoder: how full it is, how much it writes, its GPU's memory."""

from collections.abc import Iterable

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from mididraw.models import gpu
from worker.batch import Batch


class DecoderCollector(Collector):
    """Looks at a batch whenever Prometheus asks."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch

    def collect(self) -> Iterable[Metric]:
        """Read the batch's load as it is now."""
        batch = self._batch
        yield GaugeMetricFamily(
            "mididraw_batch_sequences", "Sequences that are decoded at once.", batch.sequences
        )
        yield GaugeMetricFamily(
            "mididraw_batch_slots", "Sequences that there is room for.", batch.slots
        )
        yield CounterMetricFamily("mididraw_tokens", "Tokens that were drawn.", batch.tokens)
        if (memory := gpu.memory()) is not None:
            free, total = memory
            yield GaugeMetricFamily("mididraw_gpu_memory_bytes", "Of the GPU.", total)
            yield GaugeMetricFamily("mididraw_gpu_memory_free_bytes", "Of it, not used.", free)
