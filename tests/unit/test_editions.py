"""Editions stay as they came out whatever is lost but one copy, and nothing damaged passes for one."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from pipelines.common.checksums import SEAL
from pipelines.common.errors import TthcError
from pipelines.common.files import UNFINISHED, remove_tree, sha256_of
from pipelines.open_data import editions as module
from pipelines.open_data.editions import (
    Edition,
    add_edition,
    damaged_editions,
    editions,
    folder_of,
    newest_edition,
    recover_editions,
    withdrawn,
)
from pipelines.open_data.feed import ATOM, FeedEntry, atom
from pipelines.open_data.vintage_store import EDITIONS, VINTAGE_FILE, may_remain, read_vintage, seal_vintage
from pipelines.settings import Settings

UNTIL = {"e1": "2024-10-31", "e2": "2024-11-30", "e3": "2024-12-31"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return a warehouse in which two editions came out."""
    made = Settings(warehouse_dir=tmp_path / "kho")
    add_edition(made, vintage(tmp_path, "e1", None))
    add_edition(made, vintage(tmp_path, "e2", "e1"))
    return made


def vintage(folder: Path, name: str, before: str | None) -> Path:
    """Return a vintage of that name: a table, a description, a note."""
    made = folder / "made" / name
    made.mkdir(parents=True)
    for file in ("bang.csv", "catalog.jsonld", "CHANGES.md"):
        (made / file).write_text(f"{name} {file}\n")
    hashes = {file: sha256_of(made / file) for file in ("bang.csv", "catalog.jsonld")}
    files, descriptions = [{file: sha} for file, sha in hashes.items()]
    head: Any = {"vintage": name, "before": before, "closed_until": UNTIL[name], "essence": {"code": "c"},
                 "files": files, "descriptions": descriptions}  # fmt: skip
    seal_vintage(made, head)
    return made


def places(settings: Settings) -> tuple[Path, Path]:
    return settings.editions_dir, settings.restricted_dir / "open-data" / EDITIONS


def names(settings: Settings) -> list[str]:
    return [one.name for one in editions(settings)]


def files_below(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_newest_is_the_last_that_came_out_and_each_has_two_copies(settings: Settings) -> None:
    newest = newest_edition(settings)
    assert newest == settings.editions_dir / "e2" and names(settings) == ["e1", "e2"]
    public, restricted = places(settings)
    for name in ("e1", "e2"):
        assert files_below(public / name) == files_below(restricted / name) != {}
        for path in (public / name).iterdir():
            assert path.stat().st_mode & 0o777 == 0o444 and not path.samefile(restricted / name / path.name)
            assert (restricted / name / path.name).stat().st_mode & 0o777 == 0o600
    assert restricted.stat().st_mode & 0o777 == 0o700
    assert (restricted / "index.json").stat().st_mode & 0o777 == 0o600


def flip(path: Path) -> None:
    path.chmod(0o644)
    content = path.read_bytes()
    path.write_bytes(content[:-2] + bytes([content[-2] ^ 1]) + content[-1:])


LOSSES: dict[str, Callable[[Path], object]] = {
    "all of it": remove_tree,
    "the newest": lambda place: remove_tree(place / "e2"),
    "an earlier one": lambda place: remove_tree(place / "e1"),
    "a table": lambda place: flip(place / "e2" / "bang.csv"),
    "a note": lambda place: (place / "e1" / "CHANGES.md").unlink(),
    "the head": lambda place: flip(place / "e2" / VINTAGE_FILE),
    "a file more": lambda place: (place / "e1" / "more.csv").write_text("x"),
    "the index": lambda place: (place / "index.json").unlink(),
    "a word of the index": lambda place: flip(place / "index.json"),
}


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("where", [0, 1], ids=["public", "restricted"])
def test_what_one_place_loses_the_other_gives_back(settings: Settings, loss: str, where: int) -> None:
    before = {place: files_below(place) for place in places(settings)}
    place = places(settings)[where]
    LOSSES[loss](place)
    changed = files_below(place) != before[place]
    assert changed and Path(str(newest_edition(settings))).name == "e2"
    recover_editions(settings)
    assert {place: files_below(place) for place in places(settings)} == before
    assert damaged_editions(settings, deep=True) == []


def test_status_tells_what_is_damaged_until_then(settings: Settings) -> None:
    flip(settings.editions_dir / "e1" / "bang.csv")
    assert damaged_editions(settings, deep=True) == ["e1"] and damaged_editions(settings, deep=False) == []
    remove_tree(settings.editions_dir / "e1")
    assert damaged_editions(settings, deep=False) == ["e1"]


def test_without_any_index_the_order_is_what_each_says_of_the_one_before(settings: Settings, tmp_path: Path) -> None:
    add_edition(settings, vintage(tmp_path, "e3", "e2"))
    for place in places(settings):
        (place / "index.json").unlink()
    recover_editions(settings)
    assert names(settings) == ["e1", "e2", "e3"]


def test_what_versions_still_show_is_a_source_too(settings: Settings) -> None:
    shown = settings.versions_dir / "v1" / "open-data" / EDITIONS / "e1"
    shutil.copytree(settings.editions_dir / "e1", shown)
    for place in places(settings):
        remove_tree(place / "e1")
    recover_editions(settings)
    assert folder_of(settings, editions(settings)[0]) == settings.editions_dir / "e1"


def test_one_that_is_lost_everywhere_is_told_and_never_passed_over(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """The next vintage must not be compared with an older one as if that were the newest."""
    for place in places(settings):
        flip(place / "e2" / "bang.csv")
    recover_editions(settings)
    assert "edition_lost" in caplog.text and "e2" in caplog.text
    with pytest.raises(TthcError, match="edition_lost"):
        newest_edition(settings)


@pytest.mark.parametrize("step", ["_write_copies", "_write_indexes"])
def test_a_crash_leaves_the_edition_out_or_not_at_all(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    made = vintage(tmp_path, "e3", "e2")

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(module, step, crash)
        with pytest.raises(KeyboardInterrupt):
            add_edition(settings, made)
    assert names(settings) == ["e1", "e2"]
    recover_editions(settings)
    assert names(settings) == (["e1", "e2"] if step == "_write_copies" else ["e1", "e2", "e3"])
    assert damaged_editions(settings, deep=True) == []


def test_a_copy_that_was_cut_off_leaves_nothing(settings: Settings, tmp_path: Path) -> None:
    for place in places(settings):
        (place / f".e3{UNFINISHED}").mkdir()
        (place / f".e3{UNFINISHED}" / "bang.csv").write_text("half")
    add_edition(settings, vintage(tmp_path, "e3", "e2"))
    for place in places(settings):
        assert sorted(path.name for path in place.iterdir()) == ["e1", "e2", "e3", "index.json"]


def test_what_an_earlier_release_kept_becomes_the_first_edition(tmp_path: Path) -> None:
    settings = Settings(warehouse_dir=tmp_path / "kho")
    last = settings.restricted_dir / "open-data" / "last"
    shutil.copytree(vintage(tmp_path, "e2", "e1"), last)
    recover_editions(settings)
    assert names(settings) == ["e2"] and not last.exists()
    assert newest_edition(settings) == settings.editions_dir / "e2"


def test_where_nothing_was_ever_out_there_is_nothing(tmp_path: Path) -> None:
    settings = Settings(warehouse_dir=tmp_path / "kho")
    recover_editions(settings)
    assert newest_edition(settings) is None and not settings.editions_dir.exists()


@pytest.mark.parametrize(
    ("order", "gone"),
    [("e1", ""), ("e1 e2 e3", ""), ("e1 e2 e1", "e2"), ("e1 e3 e2", "e3"), ("e1 e2 e3 e1", "e2 e3"),
     ("e1 e3 e2 e3", ""), ("e2 e3 e1 e2", "e3")],
)  # fmt: skip
def test_an_edition_is_withdrawn_by_a_later_one_with_fewer_periods_until_it_is_out_again(order: str, gone: str) -> None:
    known = [Edition(name, None, UNTIL[name], "") for name in order.split()]
    assert withdrawn(known) == set(gone.split())


def test_any_flipped_bit_in_any_file_is_noticed(settings: Settings) -> None:
    """The seal's own key excepted: without one a vintage counts as one of before there were seals."""
    folder = settings.editions_dir / "e2"
    flipped = 0
    for path in sorted(folder.iterdir()):
        path.chmod(0o644)
        whole = path.read_bytes()
        unsealed = range(0)
        if path.name == VINTAGE_FILE:
            start = whole.index(f'"{SEAL}"'.encode())
            unsealed = range(start, start + len(f'"{SEAL}"'.encode()))
        for position in set(range(len(whole))) - set(unsealed):
            path.write_bytes(whole[:position] + bytes([whole[position] ^ 4]) + whole[position + 1 :])
            same = path.name == VINTAGE_FILE and _says(path) == json.loads(whole)  # white space between words
            assert (read_vintage(folder) is not None) == same, (path.name, position)
            flipped += 1
        path.write_bytes(whole)
    assert flipped > 400
    assert read_vintage(folder) is not None


def _says(path: Path) -> object:
    try:
        return json.loads(path.read_bytes())
    except ValueError:
        return None


def test_a_vintage_of_before_there_were_seals_is_still_compared_with_and_never_copied(
    settings: Settings, tmp_path: Path
) -> None:
    made = vintage(tmp_path, "e3", "e2")
    sealed = read_vintage(made)
    old = {
        name: value
        for name, value in json.loads((made / VINTAGE_FILE).read_text()).items()
        if name not in (SEAL, "others")
    }
    (made / VINTAGE_FILE).write_text(json.dumps(old))
    unsealed = read_vintage(made)
    assert sealed is not None and unsealed is not None
    same: Any = {"code": "c"}
    other: Any = {"code": "d"}
    assert may_remain(sealed, same) and not may_remain(sealed, other)
    assert not may_remain(unsealed, same)


LISTED = (
    FeedEntry("e1", None, "2024-10-31", withdrawn=False, synthetic=False, files=("CHANGES.md", VINTAGE_FILE)),
    FeedEntry("e3", "e1", "2024-12-31", withdrawn=True, synthetic=False, files=("datapackage.json", VINTAGE_FILE)),
    FeedEntry("e2", "e3", "2024-11-30", withdrawn=False, synthetic=False, files=(VINTAGE_FILE,)),
)


def test_the_feed_is_atom_as_rfc_4287_asks(settings: Settings) -> None:
    feed = ET.fromstring(atom(settings, LISTED))
    at = {"a": ATOM}
    assert feed.tag == f"{{{ATOM}}}feed"
    entries = feed.findall("a:entry", at)
    for node in (feed, *entries):  # exactly one each of id, title, updated; 4.1.1 and 4.1.2
        for name in ("id", "title", "updated"):
            (found,) = node.findall(f"a:{name}", at)
            assert found.text and found.text.strip()
    assert feed.findall("a:author/a:name", at)[0].text
    ids = [entry.findtext("a:id", "", at) for entry in entries]
    assert len({*ids, feed.findtext("a:id", "", at)}) == 4 and all(one.startswith("urn:") for one in ids)
    moments = [node.findtext("a:updated", "", at) for node in (feed, *entries)]
    assert moments == [f"{day}T23:59:59+07:00" for day in ("2024-12-31", "2024-11-30", "2024-12-31", "2024-10-31")]
    assert [link.get("href") for entry in entries for link in entry.findall("a:link", at)[:1]] == [
        f"e2/{VINTAGE_FILE}", "e3/datapackage.json", "e1/CHANGES.md",
    ]  # fmt: skip
    assert [bool(entry.findall("a:category[@term='withdrawn']", at)) for entry in entries] == [False, True, False]


def test_a_feed_of_made_up_figures_says_so_and_speaks_in_no_authority_s_name(settings: Settings) -> None:
    made_up = [FeedEntry("e1", None, "2024-10-31", withdrawn=False, synthetic=True, files=())]
    feed = atom(settings, made_up).decode()
    real = atom(settings, LISTED).decode()
    assert feed.count("[TỔNG HỢP / SYNTHETIC]") == 2 and "SYNTHETIC" not in real
    author = ET.fromstring(real).findtext(f"{{{ATOM}}}author/{{{ATOM}}}name")
    assert author and author not in feed
