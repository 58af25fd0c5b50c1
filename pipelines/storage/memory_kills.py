"""How often the kernel has killed a process for lack of memory, to explain why a run vanished.

Belongs here: the counter. Does not belong here: how much memory there is (`settings`).
"""

from pathlib import Path

VMSTAT = Path("/proc/vmstat")


def kernel_memory_kills() -> int | None:
    """Return how many processes the kernel has killed for lack of memory since it started.

    Kills at a container's own limit are included. None if the system does not count them (others than Linux).
    """
    try:
        counters = dict(line.split() for line in VMSTAT.read_text(encoding="ascii").splitlines())
        return int(counters["oom_kill"])
    except (OSError, KeyError, ValueError):
        return None


def cause_of_end(kills_before: int | None) -> str:
    """Return why a run whose process is gone may have ended: `out_of_memory_killed` or `killed`.

    It is the former if the kernel has killed for memory since the count when the run began.
    """
    now = kernel_memory_kills()
    # A machine that was started anew counts from zero.
    grew = now is not None and kills_before is not None and now > kills_before
    return "out_of_memory_killed" if grew else "killed"
