"""The vintage that is out is found again whatever is lost but `restricted/`, and nothing damaged passes for it."""

import json
import shutil
from pathlib import Path

import pytest

from pipelines.files import UNFINISHED, sha256_of, sweep
from pipelines.open_data.last import NAME, keep_vintage, may_stay, read_vintage, seal_vintage, vintage_out
from pipelines.seal import SEAL
from pipelines.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A warehouse with one vintage out."""
    made = Settings(warehouse_dir=tmp_path / "kho")
    out(made, "v1")
    return made


def out(settings: Settings, version: str) -> Path:
    """Points `current` at a version with a vintage of that name: a table, a description, a note."""
    folder = settings.versions_dir / version / "open-data"
    folder.mkdir(parents=True)
    for name in ("bang.csv", "catalog.jsonld", "CHANGES.md"):
        (folder / name).write_text(f"{version} {name}\n")
    hashes = {name: sha256_of(folder / name) for name in ("bang.csv", "catalog.jsonld")}
    files, descriptions = [{name: sha} for name, sha in hashes.items()]
    seal_vintage(folder, {"vintage": version, "essence": {"code": "c"}, "files": files, "descriptions": descriptions})
    settings.current_link.unlink(missing_ok=True)
    settings.current_link.symlink_to(Path("versions") / version)
    return folder


def named(settings: Settings) -> str | None:
    found = read_vintage(vintage_out(settings))
    return found["vintage"] if found else None


def test_any_flipped_bit_in_any_file_is_noticed(settings: Settings) -> None:
    """The seal's own key excepted: without one a vintage counts as one of before there were seals."""
    folder = settings.current_link / "open-data"
    flipped = 0
    for path in sorted(folder.iterdir()):
        whole = path.read_bytes()
        unsealed = range(0)
        if path.name == NAME:
            start = whole.index(f'"{SEAL}"'.encode())
            unsealed = range(start, start + len(f'"{SEAL}"'.encode()))
        for position in set(range(len(whole))) - set(unsealed):
            path.write_bytes(whole[:position] + bytes([whole[position] ^ 4]) + whole[position + 1 :])
            same = path.name == NAME and _says(path) == json.loads(whole)  # white space between words
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


@pytest.mark.parametrize("change", [lambda f: (f / "more.csv").write_text("x"), lambda f: (f / "CHANGES.md").unlink()])
def test_a_file_more_or_less_is_noticed(settings: Settings, change: object) -> None:
    folder = settings.current_link / "open-data"
    assert callable(change)
    change(folder)
    assert read_vintage(folder) is None


def test_a_vintage_of_before_there_were_seals_is_still_compared_with_and_never_copied(settings: Settings) -> None:
    path = settings.current_link / "open-data" / NAME
    old = {name: value for name, value in json.loads(path.read_text()).items() if name not in (SEAL, "others")}
    sealed = read_vintage(path.parent)
    path.write_text(json.dumps(old))
    assert named(settings) == "v1"
    unsealed = read_vintage(path.parent)
    assert sealed is not None and unsealed is not None
    assert may_stay(sealed, {"code": "c"}) and not may_stay(sealed, {"code": "d"})
    assert not may_stay(unsealed, {"code": "c"})


@pytest.mark.parametrize("loss", ["current", "versions", "a table", "a note"])
def test_what_was_out_is_known_after_a_loss(settings: Settings, loss: str) -> None:
    keep_vintage(settings)
    folder = settings.current_link / "open-data"
    {
        "current": settings.current_link.unlink,
        "versions": lambda: shutil.rmtree(settings.versions_dir),
        "a table": lambda: (folder / "bang.csv").write_text("other\n"),
        "a note": lambda: (folder / "CHANGES.md").write_text("other\n"),
    }[loss]()
    assert vintage_out(settings) == settings.restricted_dir / "open-data" / "last"
    assert named(settings) == "v1"
    keep_vintage(settings)
    assert named(settings) == "v1"
    assert {path.stat().st_mode & 0o777 for path in vintage_out(settings).iterdir()} == {0o600}


def test_what_is_out_comes_before_the_copy_and_the_copy_follows_it(settings: Settings) -> None:
    keep_vintage(settings)
    out(settings, "v2")
    assert named(settings) == "v2"
    keep_vintage(settings)
    settings.current_link.unlink()
    assert named(settings) == "v2"


def test_a_damaged_copy_is_made_again_and_believed_by_nobody(settings: Settings) -> None:
    keep_vintage(settings)
    copy = settings.restricted_dir / "open-data" / "last"
    (copy / "bang.csv").write_text("other\n")
    keep_vintage(settings)
    assert read_vintage(copy) is not None
    (copy / "bang.csv").write_text("other\n")
    settings.current_link.unlink()
    assert vintage_out(settings) is None


def test_a_copy_that_a_crash_cut_off_leaves_nothing(settings: Settings) -> None:
    left = settings.restricted_dir / "open-data" / f".last{UNFINISHED}"
    left.mkdir(parents=True)
    (left / "bang.csv").write_text("half")
    keep_vintage(settings)
    assert sorted(path.name for path in left.parent.iterdir()) == ["last"]
    left.mkdir()
    assert sweep(settings.restricted_dir) == 1
    assert (left.parent.stat().st_mode & 0o777) == 0o700
