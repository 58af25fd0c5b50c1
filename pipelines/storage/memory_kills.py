"""Counts processes that the kernel killed for lack of memory, to explain why a run ended without a word.

Belongs here: reading the kernel's counter. Does not belong here: limits of memory (`settings`).
"""

from pathlib import Path

VMSTAT = Path("/proc/vmstat")


def kernel_memory_kills() -> int | None:
    """Return how many processes the kernel has killed for lack of memory since the machine started.

    Kills at the limit of a container are included. None if the system does not count them (systems other than Linux).
    """
    try:
        counters = dict(line.split() for line in VMSTAT.read_text(encoding="ascii").splitlines())
        return int(counters["oom_kill"])
    except (OSError, KeyError, ValueError):
        return None


def cause_of_end(kills_before: int | None) -> str:
    """Return the likely cause for which a process is gone: `out_of_memory_killed` or `killed`.

    Args:
        kills_before: `kernel_memory_kills` when the process started; None if unknown.
    """
    now = kernel_memory_kills()
    # After a reboot the kernel counts from zero.
    grew = now is not None and kills_before is not None and now > kills_before
    return "out_of_memory_killed" if grew else "killed"
