"""How often the kernel has killed a process for want of memory, so that a run that vanished can be told why.

Belongs here: the counter. Does not belong here: how much memory there is (`settings`).
"""

from pathlib import Path

VMSTAT = Path("/proc/vmstat")


def kernel_memory_kills() -> int | None:
    """Return the kernel's count of such kills since it started, containers' own limits included; None where it keeps
    none (other systems than Linux)."""
    try:
        counters = dict(line.split() for line in VMSTAT.read_text(encoding="ascii").splitlines())
        return int(counters["oom_kill"])
    except (OSError, KeyError, ValueError):
        return None


def cause_of_end(kills_before: int | None) -> str:
    """Return why a run whose process is gone may have ended: `out_of_memory_killed` where the kernel has killed for
    memory since the count when it began, else `killed`."""
    now = kernel_memory_kills()
    # A machine that was started anew counts from zero.
    grew = now is not None and kills_before is not None and now > kills_before
    return "out_of_memory_killed" if grew else "killed"
