"""Who may read what below the warehouse: modes that are set on purpose, whatever the umask of whoever runs a night.

The operator owns everything. The group of the warehouse's folder (analysts) reads published versions, editions, first
values and quality pages. Everybody else, a web server say, reads sites and open data; the folders above these can be
passed but not listed. Personal data, lake, ledger and scratch are the operator's alone. `TTHC_READERS` narrows it.
Belongs here: the modes, and setting them. Does not belong here: the files of `restricted/`, each of which is made
private by whoever writes it (`common.files.private_folder`).
"""

import logging
import stat
from pathlib import Path

from pipelines.common.files import sync_file
from pipelines.common.i18n import say
from pipelines.settings import OPEN_DATA_FOLDER, SITE_FOLDER, Readers, Settings

log = logging.getLogger("tthc.storage")
PRIVATE_FOLDER = 0o700
PASSED_FOLDER = 0o751  # the group lists it, others only pass through
GROUP_FOLDER, GROUP_FILE, GROUP_PAGE = 0o750, 0o440, 0o640
PUBLIC_FOLDER, PUBLIC_FILE = 0o755, 0o444
PUBLIC = (SITE_FOLDER, OPEN_DATA_FOLDER)  # of a version's folder
MASKS: dict[Readers, int] = {"owner": 0o700, "group": 0o750, "everyone": 0o755}


def mode_for(mode: int, readers: Readers) -> int:
    """Return a mode as far as the setting lets anybody but the owner read."""
    return mode & MASKS[readers]


def make_folder(path: Path, mode: int, readers: Readers) -> Path:
    """Create a folder and its parents, set its mode as far as the setting allows, and return it."""
    path.mkdir(parents=True, exist_ok=True)
    set_mode(path, mode_for(mode, readers))
    return path


def set_mode(path: Path, mode: int) -> bool:
    """Set a mode, and return True if it was another.

    The bit by which a folder hands its group on (setgid) stays as it is, unless the service may not set it.
    """
    before = stat.S_IMODE(path.stat().st_mode)
    wanted = mode | before & stat.S_ISGID
    if before == wanted:
        return False
    try:
        path.chmod(wanted)
    except PermissionError:
        if wanted == mode:
            raise
        path.chmod(mode)  # systemd's RestrictSUIDSGID forbids the bit alone
    return True


def finish_version_file(version: Path, path: Path, readers: Readers) -> None:
    """Make a file of a version read-only, with its bytes on disk.

    A file that has its mode already is a hard link to bytes that are on disk.
    """
    if set_mode(path, mode_for(PUBLIC_FILE if _is_public(version, path) else GROUP_FILE, readers)):
        sync_file(path)


def open_version(version: Path, readers: Readers) -> None:
    """Set the modes of a version, its own last, so that a version whose mode is right is right throughout."""
    for path in version.rglob("*"):
        if path.is_dir():
            set_mode(path, mode_for(PUBLIC_FOLDER if _is_public(version, path) else GROUP_FOLDER, readers))
        else:
            finish_version_file(version, path, readers)
    set_mode(version, mode_for(PASSED_FOLDER, readers))


def open_tree(folder: Path, folder_mode: int, file_mode: int, readers: Readers) -> None:
    """Set the modes of everything below a folder, its own last."""
    for path in folder.rglob("*"):
        if not path.is_symlink():
            set_mode(path, mode_for(folder_mode if path.is_dir() else file_mode, readers))
    set_mode(folder, mode_for(folder_mode, readers))


def _is_public(version: Path, path: Path) -> bool:
    return path.relative_to(version).parts[0] in PUBLIC


def ensure_access(settings: Settings) -> None:
    """Set the modes of everything that stands below the warehouse; what has them already costs one look.

    What cannot be set (another owner, a file system without modes) is logged, and the run goes on: nothing is more
    open for it than before.
    """
    try:
        _ensure_access(settings)
    except PermissionError as error:
        log.warning(say("modes_not_set", place=error.filename, readers=settings.readers))


def _ensure_access(settings: Settings) -> None:
    readers = settings.readers
    for folder in settings.private_dirs:
        make_folder(folder, PRIVATE_FOLDER, readers)
    for folder in (settings.restricted_dir, settings.refused_dir):
        if folder.exists():
            set_mode(folder, PRIVATE_FOLDER)
    for version in settings.versions_dir.glob("[!.]*"):
        if not _has_mode(version, PASSED_FOLDER, readers):
            open_version(version, readers)
    editions = [(path, PUBLIC_FOLDER, PUBLIC_FILE) for path in settings.editions_dir.glob("[!.]*") if path.is_dir()]
    for_the_group = [(settings.first_published_dir, GROUP_FOLDER, GROUP_FILE),
                     (settings.quality_dir, GROUP_FOLDER, GROUP_PAGE)]  # fmt: skip
    for folder, folder_mode, file_mode in (*editions, *for_the_group):
        if folder.exists() and not _has_mode(folder, folder_mode, readers):
            open_tree(folder, folder_mode, file_mode, readers)
    # Last, for these open the way to all the others.
    last = [(path, PUBLIC_FILE) for path in settings.editions_dir.glob("*.json")]
    last += [(settings.versions_dir, PASSED_FOLDER), (settings.editions_dir, PUBLIC_FOLDER)]
    for path, mode in last:
        if path.exists():
            set_mode(path, mode_for(mode, readers))
    make_folder(settings.warehouse_dir, PASSED_FOLDER, readers)


def _has_mode(path: Path, mode: int, readers: Readers) -> bool:
    return stat.S_IMODE(path.stat().st_mode) & 0o777 == mode_for(mode, readers)
