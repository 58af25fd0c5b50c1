"""Open data of a candidate: a new vintage, the newest edition if no new one can be made safe, or none.

Belongs here: that decision, and its state, which manifest, status and site show. The warehouse is published in any
case. Does not belong here: making a vintage (`vintage`), keeping published ones (`editions`).
"""

import json
import logging
from pathlib import Path

from pipelines.common.checksums import SEAL
from pipelines.common.errors import TthcError
from pipelines.common.files import link_tree, remove_tree
from pipelines.open_data.editions import Edition, editions, folder_of, newest_edition, publication_key
from pipelines.open_data.vintage import write_vintage
from pipelines.open_data.vintage_store import Vintage, read_vintage
from pipelines.settings import Settings
from pipelines.storage.documents import OpenData, Withdrawn
from pipelines.storage.open_data_state import is_held_back, published_open_data
from pipelines.storage.run_spec import RunSpec

log = logging.getLogger("tthc.open_data")
NAME = "open-data.json"
# Findings of the disclosure control, or the loss of the edition that it compares with; any other error is a fault.
UNSAFE = frozenset({"disclosure_audit", "disclosure_unavoidable", "edition_lost"})


def write_open_data(
    settings: Settings, run_spec: RunSpec, candidate_file: Path, folder: Path
) -> tuple[OpenData, dict[str, int]]:
    """Write the open data of a candidate, or the newest edition if no new vintage can be made safe.

    No folder is made if there is no earlier edition either, nor for a version computed beside the published one. The
    state is also saved in the work folder for later steps.

    Args:
        settings: The installation.
        run_spec: What the run computes.
        candidate_file: The candidate's database.
        folder: Where the open data are written.

    Returns:
        The state of the open data, and rows per CSV file.

    Raises:
        TthcError: If something other than the disclosure control stops it.
    """
    name, mark = publication_key(settings)
    open_data = OpenData(state="new", why=None, params={}, since=None, before=name, key_check=mark)
    rows: dict[str, int] = {}
    if run_spec.is_beside:
        open_data["state"] = "beside"
    else:
        try:
            rows = _make_vintage(settings, run_spec, candidate_file, folder, open_data)
        except TthcError as error:
            if error.code not in UNSAFE:
                raise
            remove_tree(folder)
            log.warning(str(error))
            open_data |= {"why": error.code, "params": error.params, "since": _since(settings, run_spec)}
            rows = _keep_newest_edition(settings, folder, open_data)
    (settings.work_dir / NAME).write_text(json.dumps(open_data, ensure_ascii=False), encoding="utf-8")
    return open_data, rows


def _make_vintage(
    settings: Settings, run_spec: RunSpec, candidate_file: Path, folder: Path, open_data: OpenData
) -> dict[str, int]:
    """Make the vintage, compared with the newest edition, whatever version `current` points to."""
    known, previous = editions(settings), newest_edition(settings)
    rows = write_vintage(settings, run_spec, candidate_file, previous, folder)
    made = read_vintage(folder)
    if made is None or not known:
        return rows
    # An edition is never changed: if the vintage equals an earlier edition, that edition is linked instead.
    if same := next((edition for edition in reversed(known) if edition.name == made["vintage"]), None):
        remove_tree(folder)
        link_tree(folder_of(settings, same), folder)
    if made["vintage"] == known[-1].name:
        open_data["state"] = "unchanged"
    elif (made.get("closed_until") or "") < known[-1].closed_until:
        before = read_vintage(previous)
        assert before is not None  # the newest edition was verified when its folder was found
        open_data["withdrawn"] = _withdrawn(before, made, known)
    return rows


def _withdrawn(before: Vintage, made: Vintage, known: list[Edition]) -> Withdrawn:
    """Return the periods, editions and rows of the newest edition that the new vintage no longer has."""
    codes = {code for code, *_ in made["essence"]["closed_periods"]}
    lost = {name: count - made["rows"].get(name, 0) for name, count in before["rows"].items()}
    return Withdrawn(
        periods=[code for code, *_ in before["essence"]["closed_periods"] if code not in codes],
        editions=list(
            dict.fromkeys(edition.name for edition in known if edition.closed_until > (made["closed_until"] or ""))
        ),
        rows={name: count for name, count in lost.items() if count > 0},
    )


def _keep_newest_edition(settings: Settings, folder: Path, open_data: OpenData) -> dict[str, int]:
    """Keep the newest edition public, byte for byte, if there is an intact one with a checksum; return its rows."""
    open_data["state"] = "none"
    try:
        previous = newest_edition(settings)
    except TthcError:  # lost, which the finding says already
        return {}
    before = read_vintage(previous)
    if before is None or previous is None or SEAL not in before:
        return {}
    link_tree(previous, folder)
    open_data["state"] = "kept"
    return before["rows"]


def open_data_of_run(settings: Settings) -> OpenData:
    """Return the state of the open data of this run's candidate."""
    state: OpenData = json.loads((settings.work_dir / NAME).read_text(encoding="utf-8"))
    return state


def _since(settings: Settings, run_spec: RunSpec) -> str:
    """Return the as-of day of the first version in a row whose open data were held back."""
    earlier = published_open_data(settings)
    return str(earlier["since"]) if earlier is not None and is_held_back(earlier) else run_spec.as_of
