"""Versions as of an earlier day than the published one ("beside"): computed and kept, but not published.

Belongs here: deciding which runs produce such a version. Does not belong here: moving it into place (`versions`).
"""

import datetime as dt
from dataclasses import replace

from pipelines.common.errors import UsageFault
from pipelines.landing.discover import today_at_home
from pipelines.open_data.editions import editions
from pipelines.settings import Settings
from pipelines.storage.manifest import files_match_manifest, read_manifest
from pipelines.storage.run_spec import RunSpec


def with_placement(settings: Settings, run_spec: RunSpec) -> RunSpec:
    """Return the specification, with `is_beside` set if `--as-of` asks for a day before the published one.

    With `--publish` such a run is nevertheless published, so `is_beside` stays False.
    """
    day = published_as_of(settings)
    asked_for_earlier = settings.as_of is not None and day is not None and run_spec.as_of < day
    return replace(run_spec, is_beside=asked_for_earlier and not settings.publish)


def published_as_of(settings: Settings) -> str | None:
    """Return the as-of day (ISO) of the published version; None if nothing was ever published.

    If the version is lost, it is the last day of the newest edition.
    """
    try:
        return str(read_manifest(settings.current_link)["as_of"])
    except (OSError, ValueError, KeyError):
        known = editions(settings)
        return known[-1].closed_until or None if known else None


def is_kept_beside(settings: Settings, run_spec: RunSpec) -> bool:
    """Return True if the version that the run would make exists already and its checksums verify."""
    return files_match_manifest(settings.versions_dir / run_spec.version)


def refuse_future(as_of: dt.date | None) -> None:
    """Raise UsageFault (`as_of_future`) if the requested day is later than today in Việt Nam."""
    if as_of is not None and as_of > today_at_home():
        raise UsageFault("as_of_future", day=as_of, today=today_at_home())
