"""What a candidate's open data become: a vintage as it should be, the one before where none can be made safe, or none.

Belongs here: that decision, and the word of it that manifest, status and site repeat. The warehouse is published all
the same. Does not belong here: making a vintage (`vintage`), looking after the one that is out (`last`).
"""

import json
import logging
import shutil
from pathlib import Path

from pipelines.errors import TthcError
from pipelines.files import remove_tree
from pipelines.open_data.keys import key_check
from pipelines.open_data.last import read_vintage, vintage_out
from pipelines.open_data.vintage import write_vintage
from pipelines.publish.open_data_state import OpenData, is_held_back, published_open_data
from pipelines.seal import SEAL
from pipelines.settings import Settings
from pipelines.transform.workspace import Plan

log = logging.getLogger("tthc.open_data")
NAME = "open-data.json"
# What the disclosure control finds; any other error is a fault and stops the run.
UNSAFE = frozenset({"disclosure_audit", "disclosure_unavoidable"})


def attempt(settings: Settings) -> tuple[str | None, str]:
    """Return what a try to make open data depends on besides the version: the vintage before, a mark of the secret."""
    before = read_vintage(vintage_out(settings))
    return (before["vintage"] if before else None), key_check(settings.key_file)


def lay_open_data(
    settings: Settings, plan: Plan, candidate_file: Path, folder: Path
) -> tuple[OpenData, dict[str, int]]:
    """Write the open data of a candidate into `folder`, or copy the vintage before there where the disclosure control
    finds that none is safe; no folder where there is none before. Returns what came of it and rows per CSV file, and
    leaves the former for the later steps. Raises TthcError where something else is wrong."""
    previous = vintage_out(settings)
    before = read_vintage(previous)
    name, mark = (before["vintage"] if before else None), key_check(settings.key_file)
    open_data = OpenData(state="new", why=None, params={}, since=None, before=name, key_check=mark)
    try:
        rows = write_vintage(settings, plan, candidate_file, previous, folder)
    except TthcError as error:
        if error.code not in UNSAFE:
            raise
        remove_tree(folder)
        log.warning(str(error))
        open_data |= {"why": error.code, "params": error.params, "since": _since(settings, plan)}
        if before is None or previous is None or SEAL not in before:
            open_data["state"], rows = "none", {}
        else:
            shutil.copytree(previous, folder, copy_function=shutil.copyfile)
            open_data["state"], rows = "kept", before["rows"]
    else:
        made = read_vintage(folder)
        if before is not None and made is not None and made["vintage"] == before["vintage"]:
            open_data["state"] = "unchanged"
    (settings.work_dir / NAME).write_text(json.dumps(open_data, ensure_ascii=False), encoding="utf-8")
    return open_data, rows


def open_data_of_run(settings: Settings) -> OpenData:
    """Return what came of the open data of the candidate of this run."""
    return json.loads((settings.work_dir / NAME).read_text(encoding="utf-8"))


def _since(settings: Settings, plan: Plan) -> str:
    """The as-of day of the first version in a row whose open data were held back."""
    earlier = published_open_data(settings)
    return str(earlier["since"]) if earlier is not None and is_held_back(earlier) else plan.as_of
