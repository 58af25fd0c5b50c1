"""Open data that cannot be made safe hold nothing else up: the vintage before stays as it is, and that is told."""

import json
import urllib.request
from contextvars import copy_context
from pathlib import Path
from threading import Thread

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.errors import EXIT_OPEN_DATA_KEPT, TthcError
from pipelines.files import sha256_of
from pipelines.landing.ledger import open_ledger
from pipelines.landing.runs import begin_run, end_run
from pipelines.nightly import start
from pipelines.open_data import publication
from pipelines.open_data.keys import key_check
from pipelines.open_data.last import keep_vintage, read_vintage, seal_vintage, vintage_out
from pipelines.open_data.publication import lay_open_data
from pipelines.publish import versions
from pipelines.publish.manifest import read_manifest, verifies
from pipelines.publish.open_data_state import HELD_BACK, OpenData, sentence_of
from pipelines.publish.unchanged import LEFT, is_out, left_beside
from pipelines.settings import Settings
from pipelines.site import build
from pipelines.site.serve import site_server
from pipelines.status import gather
from pipelines.transform.workspace import Plan, candidate_dir, candidate_file
from tests.publishable import small_candidate, small_settings
from tests.unit.test_status import FRIDAY

FINDING = TthcError("disclosure_unavoidable", cell="resolved|unit|H19.03")
CODES = ["disclosure_unavoidable", "disclosure_audit"]


class Nights:
    """Nights on a small warehouse, of which only the making of a vintage is a stub."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.settings = small_settings(folder)
        self.settings.restricted_dir.mkdir(parents=True)
        self.settings.key_file.write_text("5a" * 32)
        self.settings.key_file.chmod(0o600)
        self.made: TthcError | str = ""
        monkeypatch.setattr(publication, "write_vintage", self._write_vintage)
        monkeypatch.setattr(build, "write_vintage_site", self._write_site)

    def _write_vintage(
        self, settings: Settings, plan: Plan, database: Path, previous: Path | None, folder: Path
    ) -> dict:
        folder.mkdir(parents=True)
        (folder / "bang.csv").write_text(f"{self.made}\n")
        if isinstance(self.made, TthcError):
            raise self.made  # with half of its files written
        head = {"vintage": self.made, "essence": {"key_check": key_check(settings.key_file)}, "rows": {"bang": 1},
                "files": {"bang.csv": sha256_of(folder / "bang.csv")}, "descriptions": {}}  # fmt: skip
        seal_vintage(folder, head)
        return {"bang": 1}

    @staticmethod
    def _write_site(open_data: Path, site: Path, country: Path, *, synthetic: bool, **_: object) -> dict:
        site.mkdir()
        (site / "index.html").write_text((open_data / "bang.csv").read_text())
        return {}

    def candidate(self, version: str, made: TthcError | str) -> tuple[Plan, dict, OpenData]:
        """A candidate of which `made` comes: a vintage of that name, or what the disclosure control finds."""
        self.made = made
        plan, gate = small_candidate(self.settings, version)
        folder = candidate_dir(self.settings)
        (folder / "open-data" / "a.csv").unlink()
        (folder / "open-data").rmdir()
        open_data, _ = lay_open_data(self.settings, plan, candidate_file(self.settings), folder / "open-data")
        build.write_site_of(self.settings, open_data, folder, synthetic=plan.is_synthetic)
        return plan, gate, open_data

    def night(self, version: str, made: TthcError | str) -> bool:
        """Publishes such a candidate. True where that changed what is published."""
        plan, gate, open_data = self.candidate(version, made)
        with open_ledger(self.settings.ledger_file) as ledger:
            run = begin_run(ledger, 1)
        changed = versions.publish(self.settings, plan, gate, "code", {}, open_data)
        keep_vintage(self.settings)
        detail = {LEFT: left_beside(self.settings), "open_data": open_data}
        with open_ledger(self.settings.ledger_file) as ledger:
            end_run(ledger, run, "published", version=version, detail=detail)
        if candidate_dir(self.settings).exists():
            versions.remove_tree(candidate_dir(self.settings))
        return changed

    @property
    def told(self) -> dict:
        return read_manifest(self.settings.current_link)["open_data"]

    def nothing_to_do(self, version: str) -> bool:
        return is_out(self.settings, Plan("2024-12-31", version, "H19", True, []))


@pytest.fixture
def nights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Nights:
    return Nights(tmp_path, monkeypatch)


def files_below(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("code", CODES)
def test_the_vintage_before_stays_byte_for_byte(nights: Nights, code: str) -> None:
    nights.night("v1", "vintage-1")
    before = {name: files_below(nights.settings.current_link / name) for name in ("open-data", "site")}
    assert nights.told["state"] == "new"
    for version in ("v2", "v3"):
        assert nights.night(version, TthcError(code, cell="c", findings="f")) is True
        current = nights.settings.current_link
        assert current.readlink().name == version and verifies(current)
        assert {name: files_below(current / name) for name in before} == before
        assert (nights.told["state"], nights.told["why"], nights.told["before"]) == ("kept", code, "vintage-1")
    nights.night("v4", "vintage-2")
    assert nights.told["state"] == "new" and nights.told["before"] == "vintage-1"
    nights.night("v5", "vintage-2")
    assert nights.told["state"] == "unchanged"


def test_it_is_told_since_when_and_each_night(nights: Nights) -> None:
    nights.night("v1", FINDING)
    assert nights.told["since"] == "2024-12-31"
    plan, _, _ = nights.candidate("v2", FINDING)
    later = Plan("2025-01-31", "v2", plan.province, True, [])
    versions.remove_tree(candidate_dir(nights.settings) / "site")
    open_data, _ = lay_open_data(nights.settings, later, candidate_file(nights.settings),
                                 candidate_dir(nights.settings) / "open-data")  # fmt: skip
    assert open_data["since"] == "2024-12-31"
    assert nights.nothing_to_do("v1")  # and then the manifest says it once more


def test_without_any_vintage_the_warehouse_is_published_with_a_page_that_says_so(nights: Nights) -> None:
    assert nights.night("v1", FINDING) is True
    current = nights.settings.current_link
    assert verifies(current) and not (current / "open-data").exists()
    assert nights.told["state"] == "none" and vintage_out(nights.settings) is None
    page = (current / "site" / "en" / "index.html").read_text()
    assert "No open figures" in page and "31 December 2024" in page and "single applicants" in page
    found = gather(nights.settings, FRIDAY)["open_data"]
    assert (found["state"], found["why"], found["since"]) == ("none", "disclosure_unavoidable", "2024-12-31")
    with site_server(nights.settings, 0) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/vi/index.html") as answer:
            assert answer.status == 200
        server.shutdown()


def test_a_try_that_could_end_otherwise_is_made_again(nights: Nights) -> None:
    nights.night("v1", "vintage-1")
    nights.night("v2", FINDING)
    assert nights.nothing_to_do("v2")
    nights.settings.key_file.write_text("6b" * 32)
    assert not nights.nothing_to_do("v2")
    nights.settings.key_file.write_text("5a" * 32)
    assert nights.nothing_to_do("v2")
    (nights.settings.current_link / "site" / "index.html").chmod(0o600)
    (nights.settings.current_link / "site" / "index.html").write_text("other")
    assert not nights.nothing_to_do("v2")


@pytest.mark.parametrize("before", ["vintage-1", None])
def test_once_safe_the_same_version_gets_its_open_data(nights: Nights, before: str | None) -> None:
    if before:
        nights.night("v1", before)
    nights.night("v2", FINDING)
    assert nights.night("v2", FINDING) is False
    assert nights.night("v2", "vintage-2") is True
    assert nights.told["state"] == "new" and verifies(nights.settings.current_link)
    assert read_vintage(vintage_out(nights.settings))["vintage"] == "vintage-2"
    assert nights.night("v2", FINDING) is False  # a vintage that is out is not taken back
    assert nights.told["state"] == "new"
    # What this night found is told all the same.
    assert gather(nights.settings, FRIDAY)["open_data"]["state"] in HELD_BACK


def test_the_copy_stands_in_for_a_vintage_that_is_lost(nights: Nights) -> None:
    nights.night("v1", "vintage-1")
    before = files_below(nights.settings.current_link / "open-data")
    path = nights.settings.current_link / "open-data" / "bang.csv"
    path.chmod(0o600)
    path.write_text("other\n")
    nights.night("v2", FINDING)
    assert nights.told["state"] == "kept"
    assert files_below(nights.settings.current_link / "open-data") == before
    assert (nights.settings.current_link / "site" / "index.html").read_text() == "vintage-1\n"


def test_a_version_without_open_data_can_be_gone_back_to_and_nothing_is_forgotten(nights: Nights) -> None:
    nights.night("v1", FINDING)
    nights.night("v2", "vintage-1")
    assert versions.rollback(nights.settings, None) == "v1"
    keep_vintage(nights.settings)
    assert verifies(nights.settings.current_link)
    assert read_vintage(vintage_out(nights.settings))["vintage"] == "vintage-1"
    nights.night("v3", FINDING)
    assert nights.told["state"] == "kept"


@pytest.mark.parametrize("fault", [TthcError("register_invalid", file="f", why="w"), KeyError("x")])
def test_a_fault_of_ours_is_not_told_as_a_finding(
    nights: Nights, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    nights.night("v1", "vintage-1")

    def breaks(*_: object) -> None:
        raise fault

    monkeypatch.setattr(publication, "write_vintage", breaks)
    with pytest.raises(type(fault)):
        nights.candidate("v2", "vintage-2")


@pytest.mark.parametrize(("state", "code"), [("kept", 6), ("none", 6), ("new", 0), ("unchanged", 0), (None, 0)])
def test_the_command_ends_with_what_became_of_the_open_data(
    nights: Nights, monkeypatch: pytest.MonkeyPatch, state: str | None, code: int
) -> None:
    nights.night("v1", FINDING)
    told = {**nights.told, "state": state} if state else None
    monkeypatch.setenv("TTHC_WAREHOUSE_DIR", "")  # the command sets it; here that ends with the test
    monkeypatch.setattr("signal.signal", lambda *_: None)
    monkeypatch.setattr(start, "run_nightly", lambda _: start.RunOutcome("v1", False, told))
    for show in ("show_version", "show_manifest"):
        monkeypatch.setattr(f"pipelines.summary.{show}", lambda *_: None)
    arguments = ["--lang", "en", "run", "--warehouse", str(nights.settings.warehouse_dir)]
    done = copy_context().run(CliRunner().invoke, app, arguments)  # the language is this command's alone
    assert done.exit_code == code, done.output
    assert ("[disclosure_unavoidable]" in done.output) == (code == EXIT_OPEN_DATA_KEPT)


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("state", HELD_BACK)
def test_each_finding_has_a_sentence_that_no_longer_says_that_nothing_is_published(code: str, state: str) -> None:
    told = {"state": state, "why": code, "since": "2024-12-31", "params": {"cell": "c", "findings": "f"}}
    assert f"[{code}]" in sentence_of(told) and "2024-12-31" in sentence_of(told)
    assert "không công bố" not in sentence_of(told)


def test_the_manifest_of_a_held_back_version_can_be_read_back(nights: Nights) -> None:
    nights.night("v1", FINDING)
    path = nights.settings.current_link / "manifest.json"
    assert json.loads(path.read_text())["open_data"]["params"] == {"cell": "resolved|unit|H19.03"}
