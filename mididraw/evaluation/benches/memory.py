"""The memory that this process had at its most."""

import resource
from pathlib import Path

_RESET_PEAK = "5"  # see "clear_refs" in proc(5)


def reset_peak() -> None:
    """Begin the peak anew, where the kernel can (Linux)."""
    try:
        Path("/proc/self/clear_refs").write_text(_RESET_PEAK)
    except OSError:
        return


def peak_mb() -> float:
    """The peak memory since the last reset; where there is no reset, since the start."""
    try:
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1000
    except OSError:
        pass
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
