"""Writes the site from an open-data folder: pages in two languages, style sheet, search, the data files.

Belongs here: what lies where. Nothing depends on the clock, the time zone or what was there before: the same folder
gives the same bytes.
"""

import json
import shutil
from pathlib import Path

from pipelines.contract_fields import Sentence
from pipelines.files import link_tree, remove_tree
from pipelines.open_data.register import Register, load_register
from pipelines.publish.manifest import verifies
from pipelines.publish.open_data_state import OpenData
from pipelines.registers import load_province
from pipelines.settings import Settings
from pipelines.site.book import Book
from pipelines.site.downloads import offer
from pipelines.site.editions import shown_editions
from pipelines.site.pages import pages
from pipelines.site.render import HERE, LANGUAGES, Facts, plain_printer, printer


def write_site(open_data: Path, site: Path, register: Register, *, synthetic: bool, as_of: str,
               version: str) -> dict[str, int]:  # fmt: skip
    """Writes the whole site anew into `site`. `as_of`: ISO day of the vintage; `version`: its name on the pages.

    Returns how many pages and how many bytes of pages. Raises TthcError where a table it needs is missing.
    """
    book = Book(open_data)
    remove_tree(site)
    site.mkdir(parents=True)
    printed = printer(Facts(book, register, synthetic, as_of, version))
    written = [_write(site / "index.html", printed("root.html.j2", "vi", "../index.html"))]
    tables, out = [table.name for table in register.tables], shown_editions(open_data)
    for page in pages(book, offer(open_data, site), tables, out):
        for lang in LANGUAGES:
            text = printed(page.template, lang, page.path, **page.shown)
            written.append(_write(site / lang / page.path, text))
    shutil.copytree(HERE / "assets", site / "assets")
    return {"pages": len(written), "page_bytes": sum(written)}


def write_vintage_site(open_data: Path, site: Path, country: Path, *, synthetic: bool) -> dict[str, int]:
    """The site of a vintage as the nightly job has written it: day and name are the vintage's own, not the run's, so a
    night that closes no period leaves every byte of the site as it was. `country`: the register's folder."""
    vintage = json.loads((open_data / "vintage.json").read_text(encoding="utf-8"))
    periods = vintage["essence"]["closed_periods"]
    as_of = max((last for *_, last in periods), default="")
    return write_site(open_data, site, load_register(country), synthetic=synthetic, as_of=as_of,
                      version=vintage["vintage"])  # fmt: skip


def write_site_of(settings: Settings, open_data: OpenData, folder: Path, *, synthetic: bool) -> dict[str, int]:
    """Write the site of a version's folder, whose open data lie there already: that of their vintage; with a vintage
    that was kept, its site as it was; without any, a page that says so; none for a version that is not published.
    Returns counts of pages and bytes."""
    if open_data["state"] == "beside":
        return {}
    site, country = folder / "site", settings.registers_dir / "vietnam"
    if open_data["state"] == "none":
        province = load_province(settings.registers_dir / settings.province).name
        return write_site_without_data(site, province, open_data, synthetic=synthetic)
    out = settings.current_link.resolve()
    # Today's register and pages may not fit a vintage of earlier ones.
    if open_data["state"] == "kept" and (out / "open-data").is_dir() and verifies(out):
        link_tree(out / "site", site)
        return {}
    return write_vintage_site(folder / "open-data", site, country, synthetic=synthetic)


def write_site_without_data(site: Path, province: Sentence, open_data: OpenData, *, synthetic: bool) -> dict[str, int]:
    """Write the site of a province without open data: one page in each language that says why and since when."""
    remove_tree(site)
    site.mkdir(parents=True)
    printed = plain_printer()
    shown = {"why": open_data["why"], "since": open_data["since"], "synthetic": synthetic, "province": province}
    written = [_write(site / "index.html", printed("root.html.j2", "vi"))]
    written += [_write(site / lang / "index.html", printed("none.html.j2", lang, **shown)) for lang in LANGUAGES]
    shutil.copytree(HERE / "assets", site / "assets")
    return {"pages": len(written), "page_bytes": sum(written)}


def _write(path: Path, text: str) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    content = text.encode()
    path.write_bytes(content)
    return len(content)
