"""Editions of the open data within versions: every version shows the newest published edition, and the earlier ones.

Belongs here: keeping what a version published as an edition, linking the editions into a version, and the rollback,
which restores an earlier warehouse without withdrawing any open data. Does not belong here: how editions are stored
(`open_data.editions`).
"""

from contextlib import suppress
from pathlib import Path

from pipelines.common.errors import TthcError
from pipelines.common.files import UNFINISHED, link_or_copy, link_tree, remove_tree
from pipelines.open_data.editions import (
    Edition,
    add_edition,
    edition_in,
    editions,
    folder_of,
    newest_edition,
    recover_editions,
    withdrawn,
)
from pipelines.open_data.feed import FeedEntry, feed_entry, write_feed
from pipelines.open_data.vintage_store import EDITIONS, read_vintage
from pipelines.publish.versions import published_history, put_in_place, switch_current, version_before
from pipelines.registers.model import load_province
from pipelines.registers.tiles import load_tiles
from pipelines.settings import OPEN_DATA_FOLDER, SITE_FOLDER, Settings
from pipelines.site.build import write_vintage_site
from pipelines.storage.documents import OpenData
from pipelines.storage.manifest import MANIFEST_FILE, files_match_manifest, read_manifest, rewrite_manifest
from pipelines.storage.open_data_state import published_open_data


def ensure_editions(settings: Settings) -> None:
    """Restore damaged editions, and add one that a crash prevented. The caller holds the run's lock."""
    recover_editions(settings)
    keep_published(settings, again=False)


def keep_published(settings: Settings, *, again: bool = True) -> None:
    """Add the vintage that the current version published to the editions, unless it is the newest one already.

    Args:
        settings: The installation.
        again: True also adds a vintage that was published before, after a later one was withdrawn; False is for callers
            where `current` may name an older version for another reason.
    """
    folder = settings.current_link / OPEN_DATA_FOLDER
    vintage, known = read_vintage(folder), editions(settings)
    if vintage is None or (known and known[-1].name == vintage["vintage"]):
        return
    published = published_open_data(settings)
    brought_out = published["state"] == "new" if published is not None else not known
    if brought_out and (again or vintage["vintage"] not in {edition.name for edition in known}):
        add_edition(settings, folder)


def write_editions(settings: Settings, own: Path) -> None:
    """Link every edition into a version's folder of open data, with the list of editions and the feed.

    Args:
        settings: The installation.
        own: The version's folder of open data; its own vintage is included as an edition. If there is no such folder,
            nothing is written.
    """
    if not own.is_dir():
        return
    target, known = own / EDITIONS, editions(settings)
    remove_tree(target)
    target.mkdir()
    for edition in dict.fromkeys(known):
        with suppress(TthcError):  # an earlier edition that is lost was reported already, and stops nothing else
            link_tree(folder_of(settings, edition), target / edition.name)
    if read_vintage(own) is not None:
        brought = edition_in(own)
        if not (target / brought.name).exists():
            (target / brought.name).mkdir()
            for path in sorted(path for path in own.iterdir() if path.is_file()):
                link_or_copy(path, target / brought.name / path.name)
        known += [brought] if not known or known[-1].name != brought.name else []
    write_feed(settings, target, _listed(target, known))


def _listed(folder: Path, known: list[Edition]) -> list[FeedEntry]:
    """Return the feed entries of the editions in a folder, in the order of their last publication."""
    gone = withdrawn(known)
    names = [name for name in dict.fromkeys(edition.name for edition in reversed(known)) if (folder / name).is_dir()]
    return [feed_entry(folder / name, is_withdrawn=name in gone) for name in reversed(names)]


def roll_back(settings: Settings, version: str | None) -> str:
    """Switch `current` to an earlier version, and return its name.

    Open data are not rolled back: the version shows the newest edition and its site.

    Args:
        settings: The installation.
        version: Name of the version; None is the one published before the current one.

    Raises:
        TthcError: If there is no such version, it does not verify, or the newest edition is lost.
    """
    ensure_editions(settings)
    version = version or version_before(settings)
    folder = settings.versions_dir / version
    if not files_match_manifest(folder):
        raise TthcError("version_damaged", version=version)
    newest = newest_edition(settings)
    if newest is not None:
        shown = read_vintage(folder / OPEN_DATA_FOLDER)
        if shown is None or shown["vintage"] != newest.name or not (folder / OPEN_DATA_FOLDER / EDITIONS).is_dir():
            _show_newest(settings, folder, newest)
    switch_current(settings, version)
    return version


def _show_newest(settings: Settings, folder: Path, newest: Path) -> None:
    """Replace open data and site of a version by the newest edition and its site; its other files are unchanged."""
    part, manifest = folder.with_name(f".{folder.name}{UNFINISHED}"), read_manifest(folder)
    remove_tree(part)
    part.mkdir()
    for path in sorted(folder.iterdir()):
        if path.name not in (OPEN_DATA_FOLDER, SITE_FOLDER, MANIFEST_FILE):
            link_tree(path, part / path.name) if path.is_dir() else link_or_copy(path, part / path.name)
    link_tree(newest, part / OPEN_DATA_FOLDER)
    write_editions(settings, part / OPEN_DATA_FOLDER)
    site = _site_of(settings, newest.name)
    if site is not None:
        link_tree(site, part / SITE_FOLDER)
    else:
        write_vintage_site(
            part / OPEN_DATA_FOLDER, part / SITE_FOLDER, settings.country_dir, synthetic=manifest["synthetic"],
            province=load_province(settings.province_dir), public_url=settings.public_url,
            places=load_tiles(settings.province_dir),
        )  # fmt: skip
    vintage = read_vintage(newest)
    assert vintage is not None  # the newest edition was verified when its folder was found
    published = OpenData(state="stays", why=None, params={}, since=None, before=newest.name,
                    key_check=vintage["essence"].get("key_check", ""))  # fmt: skip
    rewrite_manifest(part, manifest, published)
    put_in_place(part, folder, settings.readers)


def _site_of(settings: Settings, edition: str) -> Path | None:
    """Return the site of an edition in the newest intact version that has it; None if no version has.

    A site rendered anew is the second choice: today's register and templates may not fit an earlier edition.
    """
    for name in reversed(published_history(settings)):
        folder = settings.versions_dir / name
        vintage = read_vintage(folder / OPEN_DATA_FOLDER)
        if (
            vintage is not None
            and vintage["vintage"] == edition
            and (folder / SITE_FOLDER).is_dir()
            and files_match_manifest(folder)
        ):
            return folder / SITE_FOLDER
    return None
