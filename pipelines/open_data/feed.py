"""The public list of editions (`index.json`) and its Atom feed (`feed.xml`), with withdrawn editions marked.

Belongs here: these two files of a folder of editions. Links are relative to the feed, so it can be moved. Dates are
those of the editions: nothing depends on the clock. Does not belong here: storing editions (`editions`).
"""

import json
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from pipelines.contracts.fields import Sentence
from pipelines.open_data.metadata import datapackage
from pipelines.open_data.texts import join_sentences, text_of
from pipelines.open_data.vintage_store import CHANGES_FILE, INDEX, VINTAGE_FILE
from pipelines.registers.model import load_province
from pipelines.registers.publication import load_register
from pipelines.settings import Settings

FEED = "feed.xml"
ATOM = "http://www.w3.org/2005/Atom"
# The file that an entry links to: the first of these that the edition has.
PAGES = {datapackage.NAME: "application/json", CHANGES_FILE: "text/markdown", VINTAGE_FILE: "application/json"}
NO_PERIOD = "1970-01-01"  # Atom requires a date; an edition without a closed period has none


@dataclass(frozen=True)
class FeedEntry:
    """One edition as listed for the public.

    Attributes:
        edition: Its name.
        before: Name of the edition before; None for the first.
        closed_until: Last day (ISO) of its periods; '' for none.
        withdrawn: True if a later edition with fewer periods replaced it.
        synthetic: True if its data are not real.
        files: Names of its files.
    """

    edition: str
    before: str | None
    closed_until: str
    withdrawn: bool
    synthetic: bool
    files: tuple[str, ...]


def feed_entry(folder: Path, *, is_withdrawn: bool) -> FeedEntry:
    """Return the feed's entry for the edition in the folder."""
    vintage = json.loads((folder / VINTAGE_FILE).read_text(encoding="utf-8"))
    files = tuple(sorted(path.name for path in folder.iterdir() if path.is_file()))
    synthetic = bool(vintage.get("essence", {}).get("synthetic"))
    return FeedEntry(vintage["vintage"], vintage.get("before"), vintage.get("closed_until") or "", is_withdrawn,
                  synthetic, files)  # fmt: skip


def write_feed(settings: Settings, folder: Path, editions: Iterable[FeedEntry]) -> None:
    """Write `index.json` and `feed.xml` into the folder; `editions` are given oldest first."""
    known = list(editions)
    text = json.dumps({"editions": [asdict(edition) for edition in known]}, ensure_ascii=False, indent=1)
    (folder / INDEX).write_text(text + "\n", encoding="utf-8")
    (folder / FEED).write_bytes(atom(settings, known))


def atom(settings: Settings, editions: Collection[FeedEntry]) -> bytes:
    """Return the Atom feed (RFC 4287) of the editions, newest first, in Vietnamese and English."""
    dataset = load_register(settings.country_dir).dataset
    province = load_province(settings.province_dir)
    work = f"{dataset.base_iri}{province.code}/{dataset.name}"
    is_synthetic = any(edition.synthetic for edition in editions)
    ET.register_namespace("", ATOM)
    feed = ET.Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": "vi"})
    _add(feed, "id", f"{work}/editions")
    _add(feed, "title", _marked(text_of("feed_title", place=province.name), is_synthetic))
    _add(feed, "updated", _moment(max((edition.closed_until for edition in editions), default="")))
    _add(feed, "link", rel="self", type="application/atom+xml", href=FEED)
    # Synthetic figures are never published in the name of a real authority.
    publisher = text_of("synthetic") if is_synthetic else province.publisher.name
    _add(_add(feed, "author"), "name", _both(publisher))
    for edition in reversed(list(editions)):
        entry = _add(feed, "entry")
        _add(entry, "id", f"{work}/{edition.edition}")
        until = Sentence(vi=edition.closed_until or "–", en=edition.closed_until or "–")
        _add(entry, "title", _marked(text_of("feed_entry", until=until), edition.synthetic) + f" ({edition.edition})")
        _add(entry, "updated", _moment(edition.closed_until))
        _add(
            entry,
            "summary",
            _both(join_sentences(text_of("feed_withdrawn"), dataset.title) if edition.withdrawn else dataset.title),
        )
        if edition.withdrawn:
            _add(entry, "category", term="withdrawn")
        page = next((name for name in PAGES if name in edition.files), VINTAGE_FILE)
        _add(entry, "link", rel="alternate", type=PAGES[page], href=f"{edition.edition}/{page}")
    ET.indent(feed, " ")
    return bytes(ET.tostring(feed, encoding="utf-8", xml_declaration=True)) + b"\n"


def _add(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    child = ET.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    child.text = text
    return child


def _both(sentence: Sentence) -> str:
    return f"{sentence.vi} / {sentence.en}"


def _marked(sentence: Sentence, is_synthetic: bool) -> str:
    """Return the sentence in both languages, for synthetic data with a mark in front."""
    return _both(sentence) if not is_synthetic else f"[TỔNG HỢP / SYNTHETIC] {_both(sentence)}"


def _moment(day: str) -> str:
    return f"{day or NO_PERIOD}T23:59:59+07:00"
