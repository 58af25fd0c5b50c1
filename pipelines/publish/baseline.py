"""What the next candidate is held against: the published version where it is sound, overrides and limits.

Belongs here: which version that is. How the gate uses it is the gate's.
"""

import logging

from pipelines.files import sha256_of
from pipelines.gate.baseline import Baseline
from pipelines.holds import load_holds, load_overrides
from pipelines.messages import say
from pipelines.publish.manifest import read_manifest
from pipelines.settings import Settings

log = logging.getLogger("tthc.gate")
DATABASE = "tthc.duckdb"


def baseline_of(settings: Settings) -> Baseline:
    """The baseline of a run. A published version whose database is damaged is compared with nothing, and that is said:
    it must not keep its own replacement out. Raises TthcError where limits or overrides are not well-formed."""
    registers = settings.registers_dir / settings.province
    version = settings.current_link.readlink().name if settings.current_link.is_symlink() else None
    if version is not None and not _is_sound(settings):
        log.warning(say("baseline_damaged", version=version))
        version = None
    return Baseline(
        previous=settings.current_link.resolve() / DATABASE if version else None,
        version=version,
        overrides=tuple(load_overrides(registers)),
        drift=load_holds(registers).drift,
    )


def _is_sound(settings: Settings) -> bool:
    folder = settings.current_link.resolve()
    try:
        return read_manifest(folder)["files"][DATABASE] == sha256_of(folder / DATABASE)
    except (OSError, ValueError, KeyError):
        return False
