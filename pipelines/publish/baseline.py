"""The baseline of the gate: the last intact published version, with overrides and limits.

Belongs here: choosing that version. Does not belong here: comparing a candidate with it (`gate`).
"""

import logging
from pathlib import Path

from pipelines.common.files import sha256_of
from pipelines.common.i18n import say
from pipelines.gate.baseline import Baseline
from pipelines.open_data.editions import editions
from pipelines.publish.first_published import ledger_files
from pipelines.publish.versions import current_version, published_history
from pipelines.registers.holds import load_holds, load_overrides
from pipelines.settings import DATABASE_FILE, Settings
from pipelines.storage.manifest import read_manifest

log = logging.getLogger("tthc.gate")


def baseline_of(settings: Settings) -> Baseline:
    """Return the baseline of a run: the current version or, if that is lost or damaged, the last intact one.

    A version that cannot be read is logged and skipped: it must not block its own replacement.

    Raises:
        TthcError: If limits or overrides are not well-formed.
    """
    registers = settings.province_dir
    named = current_version(settings)
    version = named if named and _is_sound(settings.versions_dir / named) else _last_sound(settings)
    if version is None and (named or editions(settings)):
        log.warning(say("baseline_lost"))
    elif version != named:
        log.warning(say("baseline_other", version=version))
    limits = load_holds(registers)
    return Baseline(
        previous=settings.versions_dir / version / DATABASE_FILE if version else None,
        version=version,
        overrides=tuple(load_overrides(registers)),
        drift=limits.drift,
        jump=limits.jump,
        removal=limits.removal,
        first=ledger_files(settings),
    )


def _last_sound(settings: Settings) -> str | None:
    known = published_history(settings)
    return next((name for name in reversed(known) if _is_sound(settings.versions_dir / name)), None)


def _is_sound(folder: Path) -> bool:
    try:
        return read_manifest(folder)["files"][DATABASE_FILE] == sha256_of(folder / DATABASE_FILE)
    except (OSError, ValueError, KeyError):
        return False
