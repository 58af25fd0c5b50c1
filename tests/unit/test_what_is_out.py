"""What was published stays published: rollback, an earlier as-of day, lost versions, pruning, crashes."""

import datetime as dt
import itertools
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.common.errors import TthcError, UsageFault
from pipelines.common.files import remove_tree
from pipelines.open_data.editions import newest_edition
from pipelines.publish import versions
from pipelines.publish.beside import published_as_of, refuse_future
from pipelines.publish.editions import ensure_editions, roll_back
from pipelines.reports.status import read_status
from pipelines.storage.manifest import files_match_manifest, read_manifest
from pipelines.storage.open_data_state import withdrawn_sentences
from tests.publishable import vintage_in
from tests.unit.nights import Nights, files_below
from tests.unit.test_status import FRIDAY

pytestmark = pytest.mark.slow
OCTOBER, NOVEMBER, DECEMBER = "2024-10-31", "2024-11-30", "2024-12-31"


@pytest.fixture
def nights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Nights:
    """Return a warehouse after two nights, each of which brought out an edition."""
    made = Nights(tmp_path, monkeypatch, keep_versions=2)
    made.night("v-nov", "e-nov", NOVEMBER)
    made.night("v-dec", "e-dec", DECEMBER)
    return made


def public(nights: Nights) -> dict[str, dict[str, bytes]]:
    current = nights.settings.current_link
    return {name: files_below(current / name) for name in ("open-data", "site")}


def test_each_edition_stands_at_its_own_address_beside_the_newest(nights: Nights) -> None:
    current = nights.settings.current_link
    for place in (current / "open-data" / "editions", current / "site" / "du-lieu" / "editions"):
        assert sorted(path.name for path in place.iterdir()) == ["e-dec", "e-nov", "feed.xml", "index.json"]
        for name in ("e-nov", "e-dec"):
            assert vintage_in(place / name)["vintage"] == name
            assert (place / name / "bang.csv").read_text() == f"{name}\n"
    assert files_match_manifest(current) and vintage_in(current / "open-data")["before"] == "e-nov"
    reported = json.loads((current / "open-data" / "editions" / "index.json").read_text())["editions"]
    assert [(one["edition"], one["closed_until"], one["withdrawn"]) for one in reported] == [
        ("e-nov", NOVEMBER, False), ("e-dec", DECEMBER, False),
    ]  # fmt: skip


def test_the_same_bytes_lie_on_the_disk_once(nights: Nights) -> None:
    """But for the copy that backups keep: an edition costs two files whatever shows it."""
    newest = nights.settings.editions_dir / "e-dec" / "bang.csv"
    current = nights.settings.current_link
    shown = [current / "open-data" / "bang.csv", current / "open-data" / "editions" / "e-dec" / "bang.csv",
             current / "site" / "du-lieu" / "editions" / "e-dec" / "bang.csv"]  # fmt: skip
    assert all(path.samefile(newest) for path in shown)


@pytest.mark.parametrize("version", [None, "v-nov"])
def test_a_rollback_takes_the_warehouse_back_and_nothing_from_the_public(nights: Nights, version: str | None) -> None:
    before = public(nights)
    assert roll_back(nights.settings, version) == "v-nov"
    assert nights.warehouse == "v-nov" and files_match_manifest(nights.settings.current_link)
    assert nights.open_data["state"] == "stays"
    assert public(nights) == before
    assert nights.editions == ["e-nov", "e-dec"]
    assert read_status(nights.settings, FRIDAY)["open_data"]["state"] == "stays"


def test_after_a_rollback_the_next_vintage_is_compared_with_the_newest_that_was_out(nights: Nights) -> None:
    roll_back(nights.settings, None)
    nights.night("v-dec2", "e-dec2", DECEMBER)
    assert vintage_in(nights.settings.current_link / "open-data")["before"] == "e-dec"
    assert nights.editions == ["e-nov", "e-dec", "e-dec2"]


def test_there_and_back_again_changes_nothing(nights: Nights) -> None:
    before = public(nights)
    roll_back(nights.settings, None)
    roll_back(nights.settings, "v-dec")
    assert (nights.warehouse, public(nights), nights.editions) == ("v-dec", before, ["e-nov", "e-dec"])


def test_a_night_after_a_rollback_that_knows_less_leaves_what_is_out(nights: Nights) -> None:
    """The deliveries of December are gone, say, and November's version is computed once more."""
    before = public(nights)
    roll_back(nights.settings, None)
    nights.night("v-nov2", "e-nov-again", NOVEMBER)
    assert (nights.warehouse, public(nights), nights.editions) == ("v-nov2", before, ["e-nov", "e-dec"])
    assert nights.open_data["state"] == "unchanged"


def lose(*folders: Path) -> None:
    for folder in folders:
        remove_tree(folder)


LOSSES: dict[str, Callable[[Nights], object]] = {
    "the newest version": lambda n: remove_tree(n.settings.versions_dir / "v-dec"),
    "every version": lambda n: remove_tree(n.settings.versions_dir),
    "the link": lambda n: n.settings.current_link.unlink(),
    "the link set by hand": lambda n: versions.switch_current(n.settings, "v-nov"),
    "versions and public editions": lambda n: lose(n.settings.versions_dir, n.settings.editions_dir),
    "the restricted copies": lambda n: remove_tree(n.settings.restricted_dir / "open-data"),
}  # fmt: skip


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("as_of", [NOVEMBER, DECEMBER])
def test_a_loss_forgets_nothing_that_was_out(nights: Nights, loss: str, as_of: str) -> None:
    LOSSES[loss](nights)
    nights.night("v-next", "e-next", as_of)
    shown = vintage_in(nights.settings.current_link / "open-data")
    expected = ("e-next", "e-dec") if as_of == DECEMBER else ("e-dec", "e-nov")
    assert (shown["vintage"], shown["before"]) == expected
    assert nights.editions == ["e-nov", "e-dec", "e-next"][: 3 if as_of == DECEMBER else 2]
    assert files_match_manifest(nights.settings.current_link)


def test_an_earlier_day_is_computed_beside_and_published_by_nobody(nights: Nights) -> None:
    before, current = public(nights), nights.settings.current_link.readlink()
    nights.asks(as_of=dt.date(2024, 10, 31))
    assert nights.night("v-oct", "e-oct", OCTOBER) is False
    beside = nights.settings.versions_dir / "v-oct"
    assert files_match_manifest(beside) and not (beside / "open-data").exists() and not (beside / "site").exists()
    assert (nights.settings.current_link.readlink(), public(nights)) == (current, before)
    assert nights.editions == ["e-nov", "e-dec"]
    nights.asks(as_of=None)
    nights.night("v-dec2", "e-dec2", DECEMBER)
    assert vintage_in(nights.settings.current_link / "open-data")["before"] == "e-dec"


def test_the_version_before_is_never_one_computed_beside(nights: Nights) -> None:
    nights.asks(as_of=dt.date(2024, 10, 31))
    nights.night("v-oct", "e-oct", OCTOBER)
    nights.asks(as_of=None)
    nights.night("v-dec2", "e-dec2", DECEMBER)
    assert versions.version_before(nights.settings) == "v-dec"
    assert roll_back(nights.settings, "v-oct") == "v-oct"  # asked for by name it is
    assert nights.shown == "e-dec2" and nights.warehouse == "v-oct"


def test_with_publish_it_goes_out_and_what_that_withdraws_is_listed(nights: Nights) -> None:
    nights.asks(as_of=dt.date(2024, 10, 31), publish=True)
    assert nights.night("v-oct", "e-oct", OCTOBER) is True
    assert (nights.warehouse, nights.shown, nights.editions) == ("v-oct", "e-oct", ["e-nov", "e-dec", "e-oct"])
    gone = nights.open_data["withdrawn"]
    assert gone == {"periods": ["2024-11", "2024-12"], "editions": ["e-nov", "e-dec"], "rows": {"bang.csv": 2}}
    sentences = " ".join(withdrawn_sentences(nights.open_data))
    assert all(word in sentences for word in ("2024-11", "2024-12", "e-nov", "e-dec", "bang.csv 2"))
    listed = json.loads((nights.settings.current_link / "open-data" / "editions" / "index.json").read_text())
    assert {one["edition"]: one["withdrawn"] for one in listed["editions"]} == {
        "e-nov": True, "e-dec": True, "e-oct": False,
    }  # fmt: skip
    assert (nights.settings.current_link / "open-data" / "editions" / "e-dec" / "bang.csv").read_text() == "e-dec\n"


def test_what_was_computed_beside_can_be_published_afterwards(nights: Nights) -> None:
    nights.asks(as_of=dt.date(2024, 10, 31))
    nights.night("v-oct", "e-oct", OCTOBER)
    nights.asks(publish=True)
    assert nights.night("v-oct", "e-oct", OCTOBER) is True
    assert (nights.warehouse, nights.shown) == ("v-oct", "e-oct") and files_match_manifest(nights.settings.current_link)


def test_an_edition_that_comes_out_again_is_the_very_same(nights: Nights) -> None:
    """As of November again, the same figures: not a byte of what was cited changes, its note on changes included."""
    first = files_below(nights.settings.editions_dir / "e-nov")
    nights.asks(as_of=dt.date(2024, 11, 30), publish=True)
    nights.night("v-nov2", "e-nov", NOVEMBER)
    assert nights.editions == ["e-nov", "e-dec", "e-nov"] and nights.open_data["state"] == "new"
    assert files_below(nights.settings.editions_dir / "e-nov") == first
    shown = files_below(nights.settings.current_link / "open-data")
    assert {name: content for name, content in shown.items() if not name.startswith("editions/")} == first
    nights.asks(as_of=None, publish=False)
    nights.night("v-dec2", "e-dec2", DECEMBER)
    assert nights.editions[-1] == "e-dec2"


def test_the_same_version_again_after_a_withdrawal_shows_what_is_out_now(nights: Nights) -> None:
    """As of December again, from the same deliveries: the version of that name is there still, as it was before."""
    nights.asks(as_of=dt.date(2024, 10, 31), publish=True)
    nights.night("v-oct", "e-oct", OCTOBER)
    nights.asks(as_of=None, publish=False)
    assert nights.night("v-dec", "e-dec", DECEMBER) is True
    assert (nights.warehouse, nights.shown, nights.editions[-1]) == ("v-dec", "e-dec", "e-dec")
    assert files_match_manifest(nights.settings.current_link) and nights.nothing_to_do("v-dec")
    listed = json.loads((nights.settings.current_link / "open-data" / "editions" / "index.json").read_text())
    assert [(one["edition"], one["withdrawn"]) for one in listed["editions"]] == [
        ("e-nov", True), ("e-oct", False), ("e-dec", False),
    ]  # fmt: skip


def test_an_earlier_version_made_again_shows_the_newest_edition(nights: Nights) -> None:
    """Another release was taken back, say: the version of its name is there, with the open data of its time."""
    nights.night("v-nov", "e-nov", NOVEMBER)
    assert (nights.warehouse, nights.shown, nights.editions) == ("v-nov", "e-dec", ["e-nov", "e-dec"])
    assert files_match_manifest(nights.settings.current_link) and nights.nothing_to_do("v-nov")


def test_without_an_earlier_day_publish_changes_nothing(nights: Nights) -> None:
    nights.asks(publish=True)
    nights.night("v-dec2", "e-dec", DECEMBER)
    assert nights.open_data["state"] == "unchanged" and "withdrawn" not in nights.open_data


def test_where_nothing_is_published_any_day_may_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nights = Nights(tmp_path, monkeypatch, as_of=dt.date(2024, 10, 31))
    assert published_as_of(nights.settings) is None
    assert nights.night("v-oct", "e-oct", OCTOBER) is True
    nights.settings.current_link.unlink()  # then the newest edition says what was out
    assert published_as_of(nights.settings) == OCTOBER


def test_a_day_later_than_today_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.publish.beside.today_at_home", lambda: dt.date(2024, 12, 31))
    refuse_future(None)
    refuse_future(dt.date(2024, 12, 31))
    with pytest.raises(UsageFault, match="as_of_future"):
        refuse_future(dt.date(2025, 1, 1))


def test_pruning_never_touches_what_people_were_asked_to_cite(nights: Nights) -> None:
    for number in range(5):
        nights.night(f"v{number}", f"e{number}", DECEMBER)
    assert len(list(nights.settings.versions_dir.iterdir())) == 2
    names = ["e-nov", "e-dec", *(f"e{number}" for number in range(5))]
    assert nights.editions == names
    place = nights.settings.current_link / "open-data" / "editions"
    assert [(place / name / "bang.csv").read_text().strip() for name in names] == names


def test_versions_computed_beside_do_not_push_out_published_ones(nights: Nights) -> None:
    nights.asks(as_of=dt.date(2024, 10, 31))
    for number in range(5):
        nights.night(f"v-oct{number}", "e-oct", OCTOBER)
    assert {path.name for path in nights.settings.versions_dir.iterdir()} == {
        "v-nov", "v-dec", "v-oct2", "v-oct3", "v-oct4",
    }  # fmt: skip


def test_a_crash_between_publication_and_edition_is_made_up_for(nights: Nights) -> None:
    nights.night("v-new", "e-new", DECEMBER, crash=True)
    assert nights.shown == "e-new" and nights.editions == ["e-nov", "e-dec"]
    ensure_editions(nights.settings)
    assert nights.editions == ["e-nov", "e-dec", "e-new"]
    assert Path(str(newest_edition(nights.settings))).name == "e-new"


def test_a_rollback_right_after_such_a_crash_forgets_nothing_either(nights: Nights) -> None:
    nights.night("v-new", "e-new", DECEMBER, crash=True)
    roll_back(nights.settings, "v-dec")
    assert (nights.warehouse, nights.shown, nights.editions[-1]) == ("v-dec", "e-new", "e-new")


@pytest.mark.parametrize("after", [1, 2])
def test_a_crash_while_a_version_is_replaced_leaves_it_under_its_name(
    nights: Nights, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    """Between two renames a version has no name of its own; the next run gives it back."""
    moves, whole = itertools.count(1), Path.rename

    def rename(self: Path, target: Path) -> Path:
        if self.parent == nights.settings.versions_dir and next(moves) == after:
            raise KeyboardInterrupt
        return whole(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", rename)
        with pytest.raises(KeyboardInterrupt):
            roll_back(nights.settings, "v-nov")
    assert nights.warehouse == "v-dec"
    versions.restore_replaced(nights.settings)
    assert files_match_manifest(nights.settings.versions_dir / "v-nov")
    assert roll_back(nights.settings, "v-nov") == "v-nov" and nights.shown == "e-dec"


def test_a_damaged_version_is_not_gone_back_to(nights: Nights) -> None:
    path = nights.settings.versions_dir / "v-nov" / "tthc.duckdb"
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(TthcError, match="version_damaged"):
        roll_back(nights.settings, "v-nov")
    assert nights.warehouse == "v-dec"


def test_a_newest_edition_that_is_lost_everywhere_lets_no_new_open_data_out(nights: Nights) -> None:
    for place in (nights.settings.editions_dir, nights.settings.restricted_dir / "open-data" / "editions"):
        remove_tree(place / "e-dec")
    shutil.rmtree(nights.settings.versions_dir, ignore_errors=True)
    nights.night("v-next", "e-next", DECEMBER)
    assert (nights.warehouse, nights.open_data["state"], nights.open_data["why"]) == ("v-next", "none", "edition_lost")
    assert nights.editions == ["e-nov", "e-dec"]


def test_status_says_how_many_editions_there_are_and_which_is_damaged(nights: Nights) -> None:
    found = read_status(nights.settings, FRIDAY)["editions"]
    assert (found["count"], found["newest"], found["damaged"]) == (2, "e-dec", [])
    remove_tree(nights.settings.editions_dir / "e-nov")
    assert read_status(nights.settings, FRIDAY)["editions"]["damaged"] == ["e-nov"]
    ensure_editions(nights.settings)
    assert read_status(nights.settings, FRIDAY, verify=True)["editions"]["damaged"] == []


def test_the_manifest_of_a_rolled_back_version_says_what_it_said_before(nights: Nights) -> None:
    before = read_manifest(nights.settings.versions_dir / "v-nov")
    roll_back(nights.settings, "v-nov")
    now = read_manifest(nights.settings.current_link)
    apart = {"files", "open_data", "seal"}
    assert {key: value for key, value in now.items() if key not in apart} == {
        key: value for key, value in before.items() if key not in apart
    }
    assert now["files"]["tthc.duckdb"] == before["files"]["tthc.duckdb"]


def test_an_earlier_edition_that_is_lost_everywhere_holds_nothing_up(
    nights: Nights, caplog: pytest.LogCaptureFixture
) -> None:
    for place in (nights.settings.editions_dir, nights.settings.restricted_dir / "open-data" / "editions"):
        remove_tree(place / "e-nov")
    remove_tree(nights.settings.versions_dir)
    nights.night("v-next", "e-next", DECEMBER)
    assert "edition_lost" in caplog.text and nights.open_data["state"] == "new"
    place = nights.settings.current_link / "open-data" / "editions"
    assert sorted(path.name for path in place.iterdir()) == ["e-dec", "e-next", "feed.xml", "index.json"]
