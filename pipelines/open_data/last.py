"""The vintage that is out: how it is sealed, read back, and found again when the published version is lost.

Belongs here: the seal in `vintage.json`, and the second copy. That lies under `restricted/`, though nothing in it is
secret, because this is the folder that backups keep: without it the next vintage would not know what it revises. Does
not belong here: making a vintage (`vintage`), the cells behind it (`memory`).
"""

import json
import shutil
from pathlib import Path

from pipelines.files import UNFINISHED, private_folder, remove_tree, remove_whole, sha256_of, sync_file, sync_folder
from pipelines.seal import SEAL, seal_holds, sealed
from pipelines.settings import Settings

NAME = "vintage.json"


def seal_vintage(folder: Path, head: dict) -> None:
    """Writes `vintage.json`: the head (with `files` and `descriptions`, hashes by file), the hashes of all `others`
    in the folder, and a seal over all that."""
    named = {*head["files"], *head["descriptions"], NAME}
    others = {path.name: sha256_of(path) for path in sorted(folder.iterdir()) if path.name not in named}
    text = json.dumps(sealed(head | {"others": others}), ensure_ascii=False, indent=1, sort_keys=True)
    (folder / NAME).write_text(text + "\n", encoding="utf-8")


def read_vintage(folder: Path | None) -> dict | None:
    """What a published folder says of itself; null where there is none, or any file of it is not what it was. Vintages
    of before there were descriptions or seals lack those."""
    if folder is None:
        return None
    try:
        vintage = json.loads((folder / NAME).read_text(encoding="utf-8"))
        files = vintage["files"] | vintage.get("descriptions", {}) | vintage.get("others", {})
        whole = SEAL not in vintage or (seal_holds(vintage) and _names(folder) == {*files, NAME})
        return vintage if whole and all(sha256_of(folder / name) == sha for name, sha in files.items()) else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def may_stay(vintage: dict, essence: dict) -> bool:
    """True where a vintage that was read may go on as it is: all it depends on is the same, and a seal vouches for each
    byte. One of before there were seals is compared with, and never copied."""
    return SEAL in vintage and vintage["essence"] == essence


def vintage_out(settings: Settings) -> Path | None:
    """The open data that is out, or the copy of it where that is lost or damaged; null where nothing was ever out."""
    for folder in (settings.current_link / "open-data", _copy(settings)):
        if read_vintage(folder) is not None:
            return folder
    return None


def keep_vintage(settings: Settings) -> None:
    """Copies the open data that is out, unless the copy is that already. Damaged, it is not copied."""
    out, copy = settings.current_link / "open-data", _copy(settings)
    vintage = read_vintage(out)
    if vintage is None or vintage == read_vintage(copy):
        return
    part = private_folder(copy.parent) / f".{copy.name}{UNFINISHED}"
    remove_tree(part)
    shutil.copytree(out, part, copy_function=shutil.copyfile)
    for path in part.iterdir():
        path.chmod(0o600)
        sync_file(path)
    sync_folder(part)
    remove_whole(copy)
    part.rename(copy)
    sync_folder(copy.parent)


def _copy(settings: Settings) -> Path:
    return settings.restricted_dir / "open-data" / "last"


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}
