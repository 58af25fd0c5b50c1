"""Where the files of the lake are kept: in a folder, or in an object store of which the folder then holds copies.

A night reads every row of the lake, and one version of the warehouse is larger. So an object is fetched once, as a
whole, and hashed, instead of asked for piece by piece each time that it is read
(docs/decisions/0008-plain-parquet-lake.md). An object is whole or absent: it is sent once it is finished, nothing is
renamed or appended to. Belongs here: every request to the object store. Does not belong here: which files are whole
(`parsing.lake_files`), and what is in them (`storage.lake`).
"""

import contextlib
import hashlib
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipelines.common.errors import LakeUnreachable, TthcError
from pipelines.common.files import atomic_write
from pipelines.settings import Settings
from pipelines.storage.object_client import object_client

OWNER = "_owner"  # the object that says whose lake it is
# Only such objects are ever counted or removed, whatever else lies below the prefix.
FILE_OF_LAKE = re.compile(r"(_rejected/)?\w+/\d{4}-\d\d(-\d\d)?/[0-9a-f]{24}\.parquet")
SECOND = 10**9  # nanoseconds; a listing knows the time of an object more exactly than a question for that object does
AT_ONCE = 8  # requests; each waits for the network far longer than it works
BLOCK = 16 << 20  # bytes; what is longer is sent in parts, and becomes an object with the last of them
Looks = tuple[int, int, int, int]  # as of a file (`common.files.looks_of_file`); an object has a size and a time only


class LakeFolder:
    """The lake in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, name: str) -> Path:
        """Return where a file is written and read, by its path below the lake."""
        return self.folder / name

    def names(self) -> set[str]:
        """Return all files of the lake, by their path below it."""
        return {path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*.parquet")}

    def remove(self, names: Iterable[str]) -> None:
        """Remove files."""
        for name in names:
            self.path(name).unlink(missing_ok=True)

    def name_of(self, key: str) -> str | None:
        """Return the file that a verification in the ledger is of; None if it is of another place."""
        return key


class ObjectLake(LakeFolder):
    """The lake in an object store, with copies in a folder, which may be emptied between two runs.

    Every method raises LakeUnreachable if the store is away or refuses.
    """

    def __init__(self, folder: Path, url: str, filesystem: Any) -> None:
        """Make no request yet.

        Args:
            folder: Where copies lie, and files are written before they are sent.
            url: `s3://bucket/prefix`.
            filesystem: The client (`pyarrow.fs.FileSystem`).
        """
        super().__init__(folder)
        self.url, self._filesystem = url, filesystem
        self._base = url.partition("://")[2]

    def address(self, name: str) -> str:
        """Return the address of an object, which is also the key of its verification in the ledger."""
        return f"{self.url}/{name}"

    def name_of(self, key: str) -> str | None:
        if "://" not in key:
            return key
        return key.removeprefix(f"{self.url}/") if key.startswith(f"{self.url}/") else None

    def claim(self, mark: str) -> None:
        """Note whose lake it is, where nobody's is noted yet.

        Raises:
            TthcError: If it is another's: clean-up would remove its files.
        """
        with self._asking():
            try:
                with self._filesystem.open_input_stream(f"{self._base}/{OWNER}") as stream:
                    owner = stream.read().decode(errors="replace").strip()
            except FileNotFoundError:
                with self._filesystem.open_output_stream(f"{self._base}/{OWNER}") as stream:
                    stream.write(mark.encode())
                return
        if owner != mark:
            raise TthcError("lake_of_another", place=self.url, object=self.address(OWNER))

    def objects(self) -> dict[str, Looks]:
        """Return looks of all objects of the lake by name: one request for each thousand of them."""
        from pyarrow.fs import FileSelector

        with self._asking():
            found = self._filesystem.get_file_info(FileSelector(self._base, recursive=True, allow_not_found=True))
        named = ((info.path.removeprefix(f"{self._base}/"), info) for info in found if info.is_file)
        return {name: _looks(info) for name, info in named if FILE_OF_LAKE.fullmatch(name)}

    def names(self) -> set[str]:
        return super().names() | set(self.objects())

    def send(self, names: Iterable[str]) -> dict[str, Looks]:
        """Write files of the folder to the store, several at once, and return the looks of the objects."""
        return self._each(self._send, names)

    def fetch(self, hashes: Mapping[str, str]) -> dict[str, bool]:
        """Copy objects to the folder, several at once.

        Args:
            hashes: SHA-256 of the objects, by name.

        Returns:
            By name, True if the object was there with that hash; else there is no copy.
        """
        return self._each(lambda name: self._fetch(name, hashes[name]), hashes)

    def sha256_of(self, name: str) -> str:
        """Return SHA-256 of an object, which is read as a whole; nothing if it is gone."""
        digest = hashlib.sha256()
        try:
            for block in self._blocks(name):
                digest.update(block)
        except FileNotFoundError:
            return ""
        return digest.hexdigest()

    def remove(self, names: Iterable[str]) -> None:
        """Remove objects, and then their copies."""
        gone = set(names)
        if gone:
            self._each(self._delete, gone & set(self.objects()))
            super().remove(gone)

    def _delete(self, name: str) -> None:
        with self._asking(), contextlib.suppress(FileNotFoundError):  # gone already
            self._filesystem.delete_file(f"{self._base}/{name}")

    def _send(self, name: str) -> Looks:
        key = f"{self._base}/{name}"
        with self.path(name).open("rb") as content, self._asking():
            # Until the stream is closed there is no object.
            with self._filesystem.open_output_stream(key) as stream:
                shutil.copyfileobj(content, stream, BLOCK)
            size = content.tell()
            (info,) = self._filesystem.get_file_info([key])
        if not info.is_file or info.size != size:
            raise LakeUnreachable("lake_unreachable", place=self.url, why=f"{name}: {info.size} of {size} bytes")
        return _looks(info)

    def _fetch(self, name: str, sha: str) -> bool:
        digest = hashlib.sha256()
        try:
            with atomic_write(self.path(name)) as temporary, temporary.open("wb") as copy:
                for block in self._blocks(name):
                    digest.update(block)
                    copy.write(block)
                if digest.hexdigest() != sha:
                    raise FileNotFoundError(name)  # so that what was copied is discarded
        except FileNotFoundError:
            return False
        return True

    def _blocks(self, name: str) -> Iterator[bytes]:
        """Yield the bytes of an object; raise FileNotFoundError if there is none."""
        with self._asking(), self._filesystem.open_input_stream(f"{self._base}/{name}") as stream:
            while block := stream.read(BLOCK):
                yield block

    @staticmethod
    def _each(do: Callable[[str], Any], names: Iterable[str]) -> dict[str, Any]:
        listed, pool = sorted(names), ThreadPoolExecutor(AT_ONCE)
        try:
            return dict(zip(listed, pool.map(do, listed), strict=True))
        finally:
            pool.shutdown(cancel_futures=True)  # where one failed, or somebody stops the run, the others are not begun

    @contextmanager
    def _asking(self) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            raise
        except OSError as error:
            if error.errno is not None:  # of this machine, such as a full disk
                raise
            why = " ".join(str(error).split())[:300]
            raise LakeUnreachable("lake_unreachable", place=self.url, why=why) from error


def _looks(info: Any) -> Looks:
    return info.size, 0, info.mtime_ns // SECOND, 0


def lake_store(settings: Settings) -> LakeFolder | ObjectLake:
    """Return where the files of the lake of an installation are kept.

    Raises:
        TthcError: If the file with the credentials cannot be used.
    """
    if settings.lake_url is None:
        return LakeFolder(settings.lake_dir)
    return ObjectLake(settings.lake_dir, settings.lake_url, object_client(settings))
