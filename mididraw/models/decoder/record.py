"""One step's operations, recorded so that Python need not issue them again for every token."""

import warnings
from collections.abc import Callable
from threading import Lock

import torch
from torch import Tensor

Step = Callable[[Tensor, Tensor], Tensor]
"""Tokens and lengths, both ``int64[rows]`` → logits ``float32[rows, vocabulary]``."""
_ONE_AT_A_TIME = Lock()
"""What warns is decided for all threads at once."""


def record(step: Callable[..., Tensor], tokens: Tensor, lengths: Tensor, *caches: Tensor) -> Step:
    """Record a step for inputs like these: as a CUDA graph on a GPU, as TorchScript on a CPU.

    Args:
        step: tokens, lengths and caches → logits. Recording runs it on the given ones.
        tokens: an input.
        lengths: an input.
        caches: what the step changes; the recorded one goes on with the same ones.

    Returns:
        the recorded step; on a GPU its result lies in the same memory every time.
    """
    if tokens.is_cuda:
        return _graph(lambda *inputs: step(*inputs, *caches), tokens.clone(), lengths.clone())
    with _ONE_AT_A_TIME, warnings.catch_warnings():
        # PyTorch would rather have us compile, which takes a C++ compiler and half a minute.
        warnings.simplefilter("ignore")
        traced: Callable[..., Tensor] = torch.jit.trace(  # type: ignore[no-untyped-call]
            step, (tokens, lengths, *caches), check_trace=False
        )

    def run(tokens: Tensor, lengths: Tensor) -> Tensor:
        # Its optimizer takes longer than it saves.
        with torch.jit.optimized_execution(False):  # type: ignore[attr-defined]
            return traced(tokens, lengths, *caches)

    return run


def _graph(step: Step, tokens: Tensor, lengths: Tensor) -> Step:
    side = torch.cuda.Stream()  # type: ignore[no-untyped-call]
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        step(tokens, lengths)  # What libraries set up at their first call cannot be recorded.
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        logits = step(tokens, lengths)

    def replay(new_tokens: Tensor, new_lengths: Tensor) -> Tensor:
        tokens.copy_(new_tokens)
        lengths.copy_(new_lengths)
        graph.replay()
        return logits

    return replay
