"""Write the site from an open-data folder: pages in two languages, style sheet, search, preview pictures, data files.

Belongs here: the site's layout on disk. Nothing depends on the clock, the time zone or existing files: the same folder
gives the same bytes. Does not belong here: contents of pages (`pages`, `render`).
"""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from pipelines.common.files import link_tree, remove_tree
from pipelines.common.i18n import LANGUAGES
from pipelines.contracts.fields import Sentence
from pipelines.open_data.metadata.model import Description
from pipelines.open_data.metadata.write import describe
from pipelines.open_data.vintage_store import VINTAGE_FILE
from pipelines.registers.model import Province, load_province
from pipelines.registers.publication import PublicationRegister, load_register
from pipelines.registers.tiles import TilePlace, load_tiles
from pipelines.settings import OPEN_DATA_FOLDER, SITE_FOLDER, Settings
from pipelines.site import explore, tile_map
from pipelines.site.downloads import link_downloads
from pipelines.site.editions import shown_editions
from pipelines.site.fields import fields
from pipelines.site.office_files import write_office_files
from pipelines.site.pages import pages
from pipelines.site.previews import FOLDER, write_previews
from pipelines.site.render import HERE, SiteFacts, page_renderer, plain_renderer, texts
from pipelines.site.reuse import site_to_reuse
from pipelines.site.search_index import NAME, search_script
from pipelines.site.sharing import pictures, robots_text, site_map
from pipelines.site.tile_map import blocks
from pipelines.site.vintage_reader import VintageReader
from pipelines.storage.documents import OpenData
from pipelines.storage.manifest import files_match_manifest


def write_site(open_data: Path, site: Path, register: PublicationRegister, *, synthetic: bool, as_of: str, version: str,
               public_url: str | None = None, description: Description | None = None,
               places: Sequence[TilePlace] = ()) -> dict[str, int]:  # fmt: skip
    """Write the whole site into `site`, replacing what is there.

    Args:
        open_data: The folder of the vintage.
        site: The folder that is written.
        register: What is published.
        synthetic: True if the data are not real.
        as_of: ISO day of the vintage.
        version: Its name on the pages.
        public_url: The address of the site, null if unknown.
        description: The dataset's description, null if it has none.
        places: Where offices stand on the map of tiles.

    Returns:
        `pages` and `page_bytes`: the number and total size of pages.

    Raises:
        TthcError: If a table that the site needs is missing.
    """
    vintage = VintageReader(open_data, [code.code for code in register.code_list("cap").codes])
    remove_tree(site)
    site.mkdir(parents=True)
    facts = SiteFacts(vintage, register, synthetic, as_of, version, public_url, description)
    render = page_renderer(facts)
    written = [_write(site / "index.html", render("root.html.j2", "vi", "../index.html"))]
    offered, own_files, published_editions = (
        link_downloads(open_data, site),
        write_office_files(vintage, site),
        shown_editions(open_data),
    )
    every_field, tiles, addresses = fields(vintage), blocks(vintage, places), []
    for page in pages(
        vintage,
        every_field,
        offered,
        own_files,
        [table.name for table in register.tables],
        explore.explorable(register, offered),
        tiles,
        published_editions,
    ):
        for lang in LANGUAGES:
            text = render(page.template, lang, page.path, page.preview, page.same_as, **page.shown)
            written.append(_write(site / lang / page.path, text))
        addresses += [page.path] if page.same_as is None else []
    shutil.copytree(HERE / "assets", site / "assets")
    for lang in LANGUAGES:
        _write(site / "assets" / NAME.format(lang=lang), search_script(vintage, every_field, texts(), lang))
        script = explore.explore_script(vintage, register, offered, texts(), lang)
        _write(site / "assets" / explore.NAME.format(lang=lang), script)
    _write(site / "assets" / tile_map.NAME, tile_map.map_script(vintage, tiles))
    write_previews(site / FOLDER, pictures(facts))
    _write_for_robots(site, public_url, addresses)
    return {"pages": len(written), "page_bytes": sum(written)}


def _write_for_robots(site: Path, public_url: str | None, addresses: list[str]) -> None:
    """Write `robots.txt`, and `sitemap.xml` if the site's address is known, since a sitemap needs absolute ones."""
    if public_url is not None:
        _write(site / "sitemap.xml", site_map(public_url, addresses))
    _write(site / "robots.txt", robots_text(public_url))


def write_vintage_site(open_data: Path, site: Path, country: Path, *, synthetic: bool, province: Province,
                       public_url: str | None = None, places: Sequence[TilePlace] = ()) -> dict[str, int]:  # fmt: skip
    """Write the site of a complete vintage.

    As-of day and name are the vintage's, not the run's, so a run that closes no period leaves the site unchanged.

    Args:
        open_data: The folder of the vintage.
        site: The folder that is written.
        country: Folder of the country's registers.
        synthetic: True if the data are not real.
        province: The province.
        public_url: The address of the site; None if unknown.
        places: Where offices stand on the map of tiles.

    Returns:
        As `write_site`.
    """
    vintage, register = json.loads((open_data / VINTAGE_FILE).read_text(encoding="utf-8")), load_register(country)
    periods = vintage["essence"]["closed_periods"]
    as_of = max((last for *_, last in periods), default="")
    return write_site(open_data, site, register, synthetic=synthetic, as_of=as_of, version=vintage["vintage"],
                      public_url=public_url, places=places,
                      description=describe(register, province, vintage, open_data, public_url))  # fmt: skip


def write_site_of(settings: Settings, open_data: OpenData, folder: Path, code: str,
                  *, synthetic: bool) -> dict[str, int]:  # fmt: skip
    """Write the site of a candidate whose open data are written already.

    That is the site of its vintage, the unchanged current site if the earlier vintage is kept or nothing that it
    depends on has changed, a single page if there are no open data, or nothing for a version computed beside the
    published one.

    Args:
        settings: The installation.
        open_data: The state of the candidate's open data.
        folder: The candidate's folder.
        code: The version of the code (`transform.specify_run.code_version`).
        synthetic: True if the data are not real.

    Returns:
        As `write_site`; empty if nothing was rendered.
    """
    if open_data["state"] == "beside":
        return {}
    site, country = folder / SITE_FOLDER, settings.country_dir
    province = load_province(settings.province_dir)
    if open_data["state"] == "none":
        return write_site_without_data(site, province.name, open_data, synthetic=synthetic)
    current = settings.current_link.resolve()
    # Today's register and templates may not fit an earlier vintage.
    if open_data["state"] == "kept" and (current / OPEN_DATA_FOLDER).is_dir() and files_match_manifest(current):
        link_tree(current / SITE_FOLDER, site)
        return {}
    own = folder / OPEN_DATA_FOLDER
    if same := site_to_reuse(current, own, code, settings.public_url, synthetic=synthetic):
        link_tree(same, site)
        return {}
    return write_vintage_site(own, site, country, synthetic=synthetic, province=province,
                              public_url=settings.public_url, places=load_tiles(settings.province_dir))  # fmt: skip


def write_site_without_data(site: Path, province: Sentence, open_data: OpenData, *, synthetic: bool) -> dict[str, int]:
    """Write the site of a province without open data: one page per language that says why, and since when."""
    remove_tree(site)
    site.mkdir(parents=True)
    render = plain_renderer()
    shown = {"why": open_data["why"], "since": open_data["since"], "synthetic": synthetic, "province": province}
    written = [_write(site / "index.html", render("root.html.j2", "vi"))]
    written += [_write(site / lang / "index.html", render("none.html.j2", lang, **shown)) for lang in LANGUAGES]
    shutil.copytree(HERE / "assets", site / "assets")
    return {"pages": len(written), "page_bytes": sum(written)}


def _write(path: Path, text: str) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    content = text.encode()
    path.write_bytes(content)
    return len(content)
