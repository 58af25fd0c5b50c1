"""What a province offers to the figures of the country: the open data of its current version, or why it offers none.

Belongs here: choosing and verifying the folders that are read. Nothing but published open data is ever read: no mart,
no dossier, no other version. Does not belong here: adding up (`rollup`).
"""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipelines.common.errors import TthcError
from pipelines.common.files import link_or_copy
from pipelines.country.provinces import Installation, province_of
from pipelines.open_data.vintage_store import Vintage, read_vintage
from pipelines.settings import OPEN_DATA_FOLDER
from pipelines.storage.access import MASKS
from pipelines.storage.documents import Manifest
from pipelines.storage.manifest import manifest_intact, read_manifest


@dataclass(frozen=True)
class Source:
    """A province as the roll-up sees it.

    Attributes:
        code: Code of the province.
        name: Its name in Vietnamese; None if its registers cannot be read.
        folder: Folder of its open data; None if it is not added.
        version: Name of its published version; None if there is none that can be read.
        as_of: As-of day (ISO) of that version.
        vintage: Name of the vintage that the version shows.
        closed_until: Last day (ISO) of its closed periods.
        software: Fingerprint of the code that computed the version.
        vintage_seal: Checksum of the vintage.
        synthetic: True if its data are not real; None if unknown.
        why_not: Code of the reason why it is not added (messages.yml, `rollup_…`); None if it is.
    """

    code: str
    name: str | None = None
    folder: Path | None = None
    version: str | None = None
    as_of: str | None = None
    vintage: str | None = None
    closed_until: str | None = None
    software: str | None = None
    vintage_seal: str | None = None
    synthetic: bool | None = None
    why_not: str | None = None


def find_sources(installation: Installation, place: Path) -> list[Source]:
    """Return every province of the list, those that cannot be added with the reason.

    Where a single province is real, synthetic ones are not added: the two never mix.

    Args:
        installation: All provinces.
        place: An empty folder to which the files are linked that are read, so that a night may meanwhile replace or
            remove the version that they are of.
    """
    found = [_source(installation, code, place / code) for code in installation.provinces]
    if any(source.synthetic is False for source in found if source.why_not is None):
        return [without(source, "synthetic") if source.synthetic else source for source in found]
    return found


def _source(installation: Installation, code: str, place: Path) -> Source:
    try:
        name = province_of(installation, code).name.vi
    except TthcError:
        return Source(code, why_not="registers")
    settings = installation.settings_of(code)
    version = settings.current_link.resolve()  # once: a night may switch it while this is read
    if not settings.current_link.exists():
        return Source(code, name, why_not="no_version")
    try:
        manifest = read_manifest(version)
    except (OSError, ValueError):
        return Source(code, name, version=version.name, why_not="damaged")
    if not manifest_intact(manifest):
        return Source(code, name, version=version.name, why_not="damaged")
    known = Source(code, name, version=version.name, as_of=manifest["as_of"], software=manifest["code"],
                   synthetic=manifest["synthetic"])  # fmt: skip
    if not (version / OPEN_DATA_FOLDER).is_dir():
        return without(known, "no_open_data")
    _link_files(version / OPEN_DATA_FOLDER, place)
    vintage = read_vintage(place)
    if vintage is None:
        return without(known, "damaged")
    return _offered(installation, known, manifest, place, vintage)


def _link_files(folder: Path, place: Path) -> None:
    """Link the files of a vintage, without earlier editions; what goes away meanwhile is missing, and so is noticed."""
    place.mkdir(parents=True)
    for path in folder.iterdir():
        if path.is_file():
            with contextlib.suppress(FileNotFoundError):
                link_or_copy(path, place / path.name)


def _offered(
    installation: Installation, known: Source, manifest: Manifest, folder: Path, vintage: Vintage
) -> Source:  # fmt: skip
    """Return a province whose open data can be read, with the reason if they are not to be added all the same."""
    essence = vintage["essence"]
    readers = installation.settings_of(known.code).readers
    whole = Source(
        known.code, known.name, folder, known.version, known.as_of, vintage["vintage"], vintage["closed_until"],
        known.software, str(vintage.get("seal")), essence["synthetic"],
    )  # fmt: skip
    if {essence["province"], manifest["province"]} != {known.code}:
        return without(whole, "other_province")
    if not installation.provinces[known.code].in_rollup:
        return without(whole, "not_wanted")
    if MASKS[readers] & MASKS[installation.base.readers] != MASKS[installation.base.readers]:
        # Its figures are for fewer people than the country's would be: with all others known, they would be too.
        return without(whole, "fewer_readers")
    return whole


def without(source: Source, why: str) -> Source:
    """Return the province as one that is not added, with the code of the reason."""
    return replace(source, folder=None, why_not=why)


def added(sources: Sequence[Source]) -> list[Source]:
    """Return the provinces that are added."""
    return [source for source in sources if source.folder is not None]
