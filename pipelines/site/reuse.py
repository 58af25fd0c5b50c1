"""The site of the night before, where a new one would have the same bytes.

A site depends on the files of the open data, on code and registers, on whether the data are real and on the public
address. Where all of these are those of the published version, its site is linked into the candidate, after every byte
of it was held against the manifest. Does not belong here: writing a site (`build`).
"""

from pathlib import Path

from pipelines.settings import OPEN_DATA_FOLDER, SITE_FOLDER
from pipelines.site.sharing import robots_text
from pipelines.storage.documents import Manifest
from pipelines.storage.manifest import file_hashes, manifest_intact, read_manifest

# States in which a version's site was written by its own code for its own open data, or was the same in every byte.
OWN_SITE = ("new", "unchanged")


def site_to_reuse(version: Path, open_data: Path, code: str, public_url: str | None, *, synthetic: bool) -> Path | None:
    """Return the site of a published version if it is what would be written now, else None.

    Args:
        version: Folder of the version; it need not exist.
        open_data: The open data that the site is for, with all editions.
        code: The version of the code (`transform.specify_run.code_version`).
        public_url: The address of the site; None if unknown.
        synthetic: True if the data are not real.
    """
    try:
        manifest = read_manifest(version)
        if not manifest_intact(manifest) or not _same_origin(manifest, code, synthetic=synthetic):
            return None
        site = version / SITE_FOLDER
        is_whole = file_hashes(site) == _hashes_below(manifest, SITE_FOLDER)
        is_same = file_hashes(open_data) == _hashes_below(manifest, OPEN_DATA_FOLDER)
        has_address = (site / "robots.txt").read_text(encoding="utf-8") == robots_text(public_url)
        return site if is_whole and is_same and has_address else None
    except (OSError, ValueError, KeyError, AttributeError):
        return None


def _same_origin(manifest: Manifest, code: str, *, synthetic: bool) -> bool:
    open_data = manifest.get("open_data")
    if open_data is None or open_data["state"] not in OWN_SITE:
        return False
    return manifest["code"] == code and manifest["synthetic"] == synthetic


def _hashes_below(manifest: Manifest, folder: str) -> dict[str, str]:
    """Return the hashes of the files below a folder of the version, by path from there."""
    prefix = f"{folder}/"
    return {path.removeprefix(prefix): sha for path, sha in manifest["files"].items() if path.startswith(prefix)}
