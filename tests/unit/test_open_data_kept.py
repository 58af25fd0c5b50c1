"""Open data that cannot be made safe hold nothing else up: the vintage before stays as it is, and that is reported."""

import json
import urllib.request
from contextvars import copy_context
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.common.errors import EXIT_OPEN_DATA_KEPT, TthcError
from pipelines.common.files import remove_tree
from pipelines.nightly import run as nightly_run
from pipelines.open_data import publication
from pipelines.open_data.editions import newest_edition
from pipelines.open_data.publication import write_open_data
from pipelines.publish.editions import roll_back
from pipelines.reports.status import read_status
from pipelines.site.serve import site_server
from pipelines.storage.manifest import files_match_manifest
from pipelines.storage.open_data_state import HELD_BACK, held_back_sentence
from pipelines.storage.run_spec import RunSpec, candidate_dir, candidate_file
from tests.publishable import vintage_in
from tests.unit.nights import Nights, files_below
from tests.unit.test_status import FRIDAY

FINDING = TthcError("disclosure_unavoidable", cell="resolved|unit|H19.03")
CODES = ["disclosure_unavoidable", "disclosure_audit"]


@pytest.fixture
def nights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Nights:
    return Nights(tmp_path, monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize("code", CODES)
def test_the_vintage_before_stays_byte_for_byte(nights: Nights, code: str) -> None:
    nights.night("v1", "vintage-1")
    before = {name: files_below(nights.settings.current_link / name) for name in ("open-data", "site")}
    assert nights.open_data["state"] == "new"
    for version in ("v2", "v3"):
        assert nights.night(version, TthcError(code, cell="c", findings="f")) is True
        current = nights.settings.current_link
        assert current.readlink().name == version and files_match_manifest(current)
        assert {name: files_below(current / name) for name in before} == before
        assert (nights.open_data["state"], nights.open_data["why"], nights.open_data["before"]) == (
            "kept",
            code,
            "vintage-1",
        )
    nights.night("v4", "vintage-2")
    assert nights.open_data["state"] == "new" and nights.open_data["before"] == "vintage-1"
    nights.night("v5", "vintage-2")
    reported = nights.open_data
    assert reported["state"] == "unchanged"


def test_it_is_told_since_when_and_each_night(nights: Nights) -> None:
    nights.night("v1", FINDING)
    assert nights.open_data["since"] == "2024-12-31"
    plan, _, _ = nights.candidate("v2", FINDING)
    later = RunSpec("2025-01-31", "v2", plan.province, True, [])
    remove_tree(candidate_dir(nights.settings) / "site")
    open_data, _ = write_open_data(nights.settings, later, candidate_file(nights.settings),
                                 candidate_dir(nights.settings) / "open-data")  # fmt: skip
    assert open_data["since"] == "2024-12-31"
    assert nights.nothing_to_do("v1")  # and then the manifest says it once more


def test_without_any_vintage_the_warehouse_is_published_with_a_page_that_says_so(nights: Nights) -> None:
    assert nights.night("v1", FINDING) is True
    current = nights.settings.current_link
    assert files_match_manifest(current) and not (current / "open-data").exists()
    assert nights.open_data["state"] == "none" and newest_edition(nights.settings) is None
    page = (current / "site" / "en" / "index.html").read_text()
    assert "No open figures" in page and "31 December 2024" in page and "single applicants" in page
    found = read_status(nights.settings, FRIDAY)["open_data"]
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
    assert nights.open_data["state"] == "new" and files_match_manifest(nights.settings.current_link)
    assert vintage_in(newest_edition(nights.settings))["vintage"] == "vintage-2"
    assert nights.night("v2", FINDING) is False  # a vintage that is out is not taken back
    assert nights.open_data["state"] == "new"
    # What this night found is reported all the same.
    assert read_status(nights.settings, FRIDAY)["open_data"]["state"] in HELD_BACK


def test_the_copy_stands_in_for_a_vintage_that_is_lost(nights: Nights) -> None:
    nights.night("v1", "vintage-1")
    before = files_below(nights.settings.current_link / "open-data")
    path = nights.settings.current_link / "open-data" / "bang.csv"
    path.chmod(0o600)
    path.write_text("other\n")
    nights.night("v2", FINDING)
    assert nights.open_data["state"] == "kept"
    assert files_below(nights.settings.current_link / "open-data") == before
    assert (nights.settings.current_link / "site" / "index.html").read_text() == "vintage-1\n"


def test_a_version_without_open_data_can_be_gone_back_to_and_nothing_is_forgotten(nights: Nights) -> None:
    nights.night("v1", FINDING)
    nights.night("v2", "vintage-1")
    assert roll_back(nights.settings, None) == "v1"
    assert files_match_manifest(nights.settings.current_link)
    assert vintage_in(newest_edition(nights.settings))["vintage"] == "vintage-1"
    nights.night("v3", FINDING)
    assert nights.open_data["state"] == "kept"


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
    reported: Any = {**nights.open_data, "state": state} if state else None
    monkeypatch.setenv("TTHC_WAREHOUSE_DIR", "")  # the command sets it; here that ends with the test
    monkeypatch.setattr("signal.signal", lambda *_: None)
    monkeypatch.setattr(nightly_run, "run_nightly", lambda *_: nightly_run.RunOutcome("v1", False, reported))
    for show in ("show_version", "show_manifest"):
        monkeypatch.setattr(f"pipelines.reports.summary.{show}", lambda *_: None)
    arguments = ["--lang", "en", "run", "--warehouse", str(nights.settings.warehouse_dir)]
    done = copy_context().run(CliRunner().invoke, app, arguments)  # the language is this command's alone
    assert done.exit_code == code, done.output
    assert ("[disclosure_unavoidable]" in done.output) == (code == EXIT_OPEN_DATA_KEPT)


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("state", HELD_BACK)
def test_each_finding_has_a_sentence_that_no_longer_says_that_nothing_is_published(code: str, state: str) -> None:
    reported = {"state": state, "why": code, "since": "2024-12-31", "params": {"cell": "c", "findings": "f"}}
    assert f"[{code}]" in held_back_sentence(reported) and "2024-12-31" in held_back_sentence(reported)
    assert "không công bố" not in held_back_sentence(reported)


def test_the_manifest_of_a_held_back_version_can_be_read_back(nights: Nights) -> None:
    nights.night("v1", FINDING)
    path = nights.settings.current_link / "manifest.json"
    assert json.loads(path.read_text())["open_data"]["params"] == {"cell": "resolved|unit|H19.03"}
