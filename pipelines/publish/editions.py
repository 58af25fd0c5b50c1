"""Which edition of the open data a version shows: the newest that was ever out, and the earlier ones beside it.

Belongs here: what ties versions to editions: keeping what a version brought out, laying the editions into a version,
and taking the warehouse back to an earlier version without taking anything back from the public. Does not belong here:
how editions are stored (`open_data.editions`).
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
from pipelines.settings import Settings
from pipelines.site.build import write_vintage_site
from pipelines.storage.manifest import NAME as MANIFEST
from pipelines.storage.manifest import files_match_manifest, read_manifest, rewrite_manifest
from pipelines.storage.open_data_state import OpenData, published_open_data

OPEN_DATA, SITE = "open-data", "site"


def ensure_editions(settings: Settings) -> None:
    """Restore the editions, and keep what a crash left unkept. The caller holds the run's lock."""
    recover_editions(settings)
    keep_published(settings, again=False)


def keep_published(settings: Settings, *, again: bool = True) -> None:
    """Keep the vintage that the current version brought out as an edition.

    Args:
        settings: Where the editions lie.
        again: True keeps a vintage that was published before too, after a later one was withdrawn; False is for
            callers where `current` may name an older version for another reason.
    """
    folder = settings.current_link / OPEN_DATA
    vintage, known = read_vintage(folder), editions(settings)
    if vintage is None or (known and known[-1].name == vintage["vintage"]):
        return
    told = published_open_data(settings)
    brought_out = told["state"] == "new" if told is not None else not known
    if brought_out and (again or vintage["vintage"] not in {one.name for one in known}):
        add_edition(settings, folder)


def write_editions(settings: Settings, own: Path) -> None:
    """Write every edition below the folder `own` of open data, as second names of the same bytes.

    The edition of `own` itself is included; so are the list of them and the feed. Nothing is written if there are no
    open data.
    """
    if not own.is_dir():
        return
    target, known = own / EDITIONS, editions(settings)
    remove_tree(target)
    target.mkdir()
    for edition in dict.fromkeys(known):
        with suppress(TthcError):  # an earlier one that is lost has been told, and holds nothing else up
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
    """Return the entries of the editions in a folder, each at the place where it was published last."""
    gone = withdrawn(known)
    names = [name for name in dict.fromkeys(one.name for one in reversed(known)) if (folder / name).is_dir()]
    return [feed_entry(folder / name, is_withdrawn=name in gone) for name in reversed(names)]


def roll_back(settings: Settings, version: str | None) -> str:
    """Point `current` at an earlier version, by default at the one published before it, and return its name.

    The warehouse goes back, what the public was given does not: the version shows the newest edition and its site.

    Raises:
        TthcError: If there is none, where it does not verify, or where the newest edition is lost.
    """
    ensure_editions(settings)
    version = version or version_before(settings)
    folder = settings.versions_dir / version
    if not files_match_manifest(folder):
        raise TthcError("version_damaged", version=version)
    newest = newest_edition(settings)
    if newest is not None:
        shown = read_vintage(folder / OPEN_DATA)
        if shown is None or shown["vintage"] != newest.name or not (folder / OPEN_DATA / EDITIONS).is_dir():
            _show_newest(settings, folder, newest)
    switch_current(settings, version)
    return version


def _show_newest(settings: Settings, folder: Path, newest: Path) -> None:
    """Replace what the version showed by the newest edition and its site; the rest of it stays as it is."""
    part, manifest = folder.with_name(f".{folder.name}{UNFINISHED}"), read_manifest(folder)
    remove_tree(part)
    part.mkdir()
    for path in sorted(folder.iterdir()):
        if path.name not in (OPEN_DATA, SITE, MANIFEST):
            link_tree(path, part / path.name) if path.is_dir() else link_or_copy(path, part / path.name)
    link_tree(newest, part / OPEN_DATA)
    write_editions(settings, part / OPEN_DATA)
    site = _site_of(settings, newest.name)
    if site is not None:
        link_tree(site, part / SITE)
    else:
        country = settings.country_dir
        province = load_province(settings.registers_dir / settings.province)
        write_vintage_site(part / OPEN_DATA, part / SITE, country, synthetic=manifest["synthetic"], province=province,
                           public_url=settings.public_url)  # fmt: skip
    vintage = read_vintage(newest)
    assert vintage is not None  # the newest edition was verified when its folder was found
    told = OpenData(state="stays", why=None, params={}, since=None, before=newest.name,
                    key_check=vintage["essence"].get("key_check", ""))  # fmt: skip
    rewrite_manifest(part, manifest, told)
    put_in_place(part, folder)


def _site_of(settings: Settings, edition: str) -> Path | None:
    """Return the site of an edition as the newest sound version shows it.

    Today's register and pages may not fit an earlier edition.
    """
    for name in reversed(published_history(settings)):
        folder = settings.versions_dir / name
        vintage = read_vintage(folder / OPEN_DATA)
        if (
            vintage is not None
            and vintage["vintage"] == edition
            and (folder / SITE).is_dir()
            and files_match_manifest(folder)
        ):
            return folder / SITE
    return None
