"""The lake in an object store: what lies there is what receipts name, and either copy mends the other."""

import hashlib
import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.common.errors import LakeUnreachable, TthcError
from pipelines.common.files import sha256_of
from pipelines.landing import ingest
from pipelines.nightly.prune import prune_unreferenced
from pipelines.nightly.recovery import clean_up
from pipelines.parsing import compact as compact_module
from pipelines.parsing import update_lake
from pipelines.parsing.compact import compact
from pipelines.parsing.lake_files import LakeFiles
from pipelines.parsing.parse_file import parse_arrival
from pipelines.parsing.receipts import LakeState, lake_state
from pipelines.parsing.update_lake import verify_lake
from pipelines.storage.lake_store import OWNER, lake_store
from pipelines.storage.ledger import open_ledger, verified_files
from pipelines.transform.workspace import build_workspace
from tests.object_store import KEYS, ObjectStore, serve
from tests.pipeline.few_files import DOSSIERS, PROCEDURES, UNITS, FewFiles, day
from tests.sampling import sampled

NOBODY = "http://127.0.0.1:9"  # where nothing answers


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    yield from serve(tmp_path_factory.mktemp("store"))


@pytest.fixture
def store(server: ObjectStore) -> ObjectStore:
    """Return the server with a prefix of this test."""
    return ObjectStore(server.endpoint, server.log)


@pytest.fixture
def few(store: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FewFiles:
    """Return a province with its lists and three dossiers, whose lake lies in the store."""
    monkeypatch.setattr(ingest, "SETTLE_SECONDS", 0.0)
    few = FewFiles(tmp_path, [], lake=store.url, lake_endpoint=store.endpoint)
    few.deliver(
        ("don_vi", day(0), "u.csv", UNITS), ("thu_tuc", day(0), "p.csv", PROCEDURES),
        ("ho_so", day(1), "a.csv", DOSSIERS + dossier("A-1") + dossier("A-2") + "A-3,short\n"),
    )  # fmt: skip
    return few


def dossier(code: str) -> str:
    return f"{code},1.000001,H19.07,4,20240611080000,,20240611090000,Mẫu,\n"


def named(state: LakeState) -> dict[str, str]:
    """Return SHA-256 by name of all files that the receipts name."""
    return {name: sha for _, receipt in state.accepted for name, sha in receipt["files"].items()}


def held(store: ObjectStore) -> dict[str, str]:
    """Return SHA-256 by name of all objects."""
    return {name: hashlib.sha256(store.read(name)).hexdigest() for name in store.names()}


def file_of_dossiers(few: FewFiles) -> str:
    (name,) = (name for name in named(lake_state(few.settings)) if name.startswith("ho_so/"))
    return name


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the deliveries that are parsed from here on."""
    seen: list[str] = []
    of_parser = parse_arrival

    def noting(arrival: Any, *rest: Any) -> Any:
        seen.append(arrival.delivery.label)
        return of_parser(arrival, *rest)

    monkeypatch.setattr(update_lake, "parse_arrival", noting)
    return seen


def test_the_store_holds_what_receipts_name(few: FewFiles, store: ObjectStore) -> None:
    state = lake_state(few.settings)
    assert held(store) == named(state)
    assert {name.partition("/")[0] for name in named(state)} == {"don_vi", "thu_tuc", "ho_so", "_rejected"}


def test_nothing_personal_is_sent(few: FewFiles, store: ObjectStore) -> None:
    content = b"".join(store.read(name) for name in store.names())
    assert b"A-1" in content
    assert "Mẫu".encode() not in content


def test_a_run_with_nothing_new_asks_whose_lake_it_is_and_lists_it(few: FewFiles, store: ObjectStore) -> None:
    before = len(store.requests())
    few.deliver()
    asked = store.requests()[before:]
    assert [request.split()[0] for request in asked if OWNER in request] == ["HEAD", "GET"]
    assert len([request for request in asked if "list-type" in request]) == 1
    assert len(asked) == 3


@pytest.mark.parametrize("lost", ["object", "copy"])
def test_object_and_copy_mend_each_other(few: FewFiles, store: ObjectStore, parsed: list[str], lost: str) -> None:
    name, copies = file_of_dossiers(few), few.settings.lake_dir
    store.delete(name) if lost == "object" else (copies / name).unlink()
    state = few.deliver()
    assert held(store) == named(state)
    assert sha256_of(copies / name) == named(state)[name]
    assert parsed == []


def test_what_is_lost_in_both_places_is_made_again_from_the_archive(
    few: FewFiles, store: ObjectStore, parsed: list[str]
) -> None:
    name, before = file_of_dossiers(few), named(lake_state(few.settings))
    store.delete(name)
    (few.settings.lake_dir / name).unlink()
    state = few.deliver()
    assert parsed == [f"ho_so/{day(1)}/a.csv"]
    assert held(store) == named(state) == before


@pytest.mark.parametrize("has_copy", [True, False])
def test_an_object_that_changed_is_not_believed(
    few: FewFiles, store: ObjectStore, parsed: list[str], has_copy: bool
) -> None:
    name, before = file_of_dossiers(few), named(lake_state(few.settings))
    store.write(name, store.read(name)[:-9] + b"cut short")
    if not has_copy:
        (few.settings.lake_dir / name).unlink()
    few.settings = few.settings.model_copy(update={"verify_days": 0})  # else a change of that very second has no mark
    assert held(store) != before
    few.deliver()
    assert held(store) == before
    assert bool(parsed) is not has_copy


@pytest.mark.parametrize("seed", sampled(range(20), one_in=20))
def test_whatever_is_lost_both_places_hold_what_counts(few: FewFiles, store: ObjectStore, seed: int) -> None:
    """Losses are drawn: object, copy or both gone, or cut off; files that are parsed again may share a file then."""
    draws, copies = random.Random(seed), few.settings.lake_dir
    state = few.deliver(*(("ho_so", day(n), "b.csv", DOSSIERS + dossier(f"B-{n}")) for n in range(2, 5)))
    losses: list[Callable[[str], object]] = [
        store.delete, lambda name: (copies / name).unlink(missing_ok=True),
        lambda name: store.write(name, b"cut"), lambda name: (copies / name).write_bytes(b"cut"),
    ]  # fmt: skip
    for _ in range(3):
        for name in draws.choices(sorted(named(state)), k=5):
            draws.choice(losses)(name)
        state = few.deliver()
        prune_unreferenced(few.settings)
        assert held(store) == named(state)
        assert {name: sha256_of(copies / name) for name in named(state)} == named(state)
        rows = pl.concat([pl.read_parquet(copies / name) for name in named(state) if name.startswith("ho_so/")])
        assert sorted(rows["MaHoSo"]) == ["A-1", "A-2", "B-2", "B-3", "B-4"]


def test_before_rows_are_read_a_lost_copy_is_fetched(few: FewFiles) -> None:
    state = lake_state(few.settings)
    for name in named(state):
        (few.settings.lake_dir / name).unlink()
    state = verify_lake(few.settings, few.contracts, state)
    build_workspace(few.settings, few.contracts, state, few.plan(state))
    assert all((few.settings.lake_dir / name).is_file() for name in named(state))


def test_a_run_killed_before_its_receipts_are_saved_leaves_only_what_none_names(
    few: FewFiles, store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = named(lake_state(few.settings))

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(update_lake, "save_receipt", killed)
        with pytest.raises(KeyboardInterrupt):
            few.deliver(("ho_so", day(2), "b.csv", DOSSIERS + dossier("B-1")))
    assert named(lake_state(few.settings)) == before
    assert len(store.names() - set(before)) == 1
    state = few.deliver(("ho_so", day(2), "b.csv", DOSSIERS + dossier("B-1") + dossier("B-2")))  # delivered again
    prune_unreferenced(few.settings)
    assert held(store) == named(state)
    assert {path.name for path in few.settings.lake_dir.rglob("*.parquet")} == {
        Path(name).name for name in named(state)
    }


def test_a_refused_write_leaves_no_receipt(few: FewFiles, store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    few.settings = few.settings.model_copy(update={"lake_endpoint": NOBODY})
    before = named(lake_state(few.settings))
    monkeypatch.setattr(LakeFiles, "claim", lambda *_: None)
    monkeypatch.setattr(LakeFiles, "even_out", lambda *_: None)
    with pytest.raises(LakeUnreachable):
        few.deliver(("ho_so", day(2), "b.csv", DOSSIERS + dossier("B-1")))
    assert named(lake_state(few.settings)) == before
    assert set(before) == store.names()


def test_a_store_that_is_away_ends_the_run_with_the_next_step(few: FewFiles) -> None:
    few.settings = few.settings.model_copy(update={"lake_endpoint": NOBODY})
    with pytest.raises(LakeUnreachable, match="TTHC_LAKE_ENDPOINT"):
        few.deliver()


def test_clean_up_can_wait_for_a_store_that_is_away(few: FewFiles) -> None:
    few.settings = few.settings.model_copy(update={"lake_endpoint": NOBODY})
    assert clean_up(few.settings)["parsed_files"] == 0


def test_small_files_are_merged_in_the_store_too(
    few: FewFiles, store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compact_module, "LEAST_FILES", 2)
    few.deliver(("ho_so", day(2), "b.csv", DOSSIERS + dossier("B-1")))
    of_others = f"ho_so/{day(2)}/somebody's.parquet"
    store.write(of_others, b"not ours")
    assert compact(few.settings) == 2
    prune_unreferenced(few.settings)
    assert held(store).keys() - {of_others} == named(lake_state(few.settings)).keys()
    assert store.read(of_others) == b"not ours"
    counting = named(lake_state(few.settings))
    with open_ledger(few.settings.ledger_file) as ledger:
        assert verified_files(ledger).keys() == {*counting, *(f"{store.url}/{name}" for name in counting)}


def test_a_lake_of_another_warehouse_is_left_alone(few: FewFiles, store: ObjectStore, tmp_path: Path) -> None:
    before = held(store)
    other = FewFiles(tmp_path / "other", [], lake=store.url, lake_endpoint=store.endpoint)
    with pytest.raises(TthcError, match="lake_of_another"):
        other.deliver(("ho_so", day(1), "a.csv", DOSSIERS + dossier("C-1")))
    assert held(store) == before


def test_a_lake_in_a_folder_moves_to_a_store_without_parsing(
    store: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parsed: list[str]
) -> None:
    monkeypatch.setattr(ingest, "SETTLE_SECONDS", 0.0)
    FewFiles(tmp_path, []).deliver(("ho_so", day(1), "a.csv", DOSSIERS + dossier("A-1")))
    assert parsed == [f"ho_so/{day(1)}/a.csv"]
    state = FewFiles(tmp_path, [], lake=store.url, lake_endpoint=store.endpoint).deliver()
    assert held(store) == named(state) != {}
    assert len(parsed) == 1


@pytest.mark.parametrize(
    ("content", "mode", "code"),
    [
        ("[default]\naws_access_key_id = a\naws_secret_access_key = b\n", 0o644, "lake_credentials_open"),
        ("[default]\naws_access_key_id = verysecret\n", 0o600, "lake_credentials_invalid"),
        ("verysecret", 0o600, "lake_credentials_invalid"),
        (None, 0o600, "lake_credentials_invalid"),
    ],
)
def test_credentials_that_cannot_be_used_are_named_and_not_shown(
    tmp_path: Path, content: str | None, mode: int, code: str
) -> None:
    path = tmp_path / "keys"
    if content is not None:
        path.write_text(content, encoding="utf-8")
        path.chmod(mode)
    few = FewFiles(tmp_path, [], lake="s3://bucket/prefix", lake_credentials=path)
    with pytest.raises(TthcError, match=code) as raised:
        lake_store(few.settings)
    assert "verysecret" not in str(raised.value)
    assert str(path) in str(raised.value)


def test_credentials_of_a_file_are_used(few: FewFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "keys"
    path.touch(mode=0o600)
    keys = [f"{name.lower()} = {os.environ[name]}\n" for name in KEYS]
    path.write_text("".join(["[default]\n", *keys]), encoding="utf-8")
    for name in KEYS:
        monkeypatch.delenv(name)
    few.settings = few.settings.model_copy(update={"lake_credentials": path})
    assert few.deliver().accepted


@pytest.mark.parametrize("place", ["s3://bucket", "s3://user:key@bucket/x", "gs://bucket/x", "s3://bucket/x?region=y"])
def test_a_place_that_is_no_prefix_of_its_own_is_refused(tmp_path: Path, place: str) -> None:
    with pytest.raises(ValueError, match="neither a folder nor"):
        FewFiles(tmp_path, [], lake=place)


def test_the_lake_may_be_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest, "SETTLE_SECONDS", 0.0)
    few = FewFiles(tmp_path, [], lake=str(tmp_path / "elsewhere"))
    state = few.deliver(("ho_so", day(1), "a.csv", DOSSIERS + dossier("A-1")))
    assert all((tmp_path / "elsewhere" / name).is_file() for name in named(state))
    assert not (few.settings.warehouse_dir / "lake").exists()
