"""An object store for tests: moto's S3 server in a process of its own, or the one that TTHC_TEST_S3 names.

`TTHC_TEST_S3=http://127.0.0.1:8333`, with `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, tries the same on another
server, such as SeaweedFS; what counts requests is then skipped.
"""

import contextlib
import importlib.util
import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pyarrow.fs import FileSelector, FileSystem, S3FileSystem

from benchmarks.object_server import moto_server

BUCKET = "lake-of-tests"
KEYS = {"AWS_ACCESS_KEY_ID": "tests", "AWS_SECRET_ACCESS_KEY": "tests"}


@dataclass
class ObjectStore:
    """A server with a bucket.

    Attributes:
        endpoint: Its address.
        log: Where it logs its requests; None if nobody can say.
        base: Bucket and prefix of one test.
    """

    endpoint: str
    log: Path | None
    base: str = field(default_factory=lambda: f"{BUCKET}/{uuid.uuid4().hex}")

    @property
    def url(self) -> str:
        return f"s3://{self.base}"

    @property
    def environment(self) -> dict[str, str]:
        """What `tthc` needs to keep its lake here."""
        keys = {name: os.environ[name] for name in KEYS}
        return {"TTHC_LAKE": self.url, "TTHC_LAKE_ENDPOINT": self.endpoint, **keys}

    @property
    def client(self) -> FileSystem:
        return S3FileSystem(endpoint_override=self.endpoint, allow_bucket_creation=True, allow_delayed_open=True)

    def names(self) -> set[str]:
        """Return the Parquet files below the prefix."""
        found = self.client.get_file_info(FileSelector(self.base, recursive=True, allow_not_found=True))
        return {info.path.removeprefix(f"{self.base}/") for info in found if info.path.endswith(".parquet")}

    def read(self, name: str) -> bytes:
        with self.client.open_input_stream(f"{self.base}/{name}") as stream:
            content: bytes = stream.read()
        return content

    def write(self, name: str, content: bytes) -> None:
        with self.client.open_output_stream(f"{self.base}/{name}") as stream:
            stream.write(content)

    def delete(self, name: str) -> None:
        """Delete an object, if it is there."""
        with contextlib.suppress(FileNotFoundError):
            self.client.delete_file(f"{self.base}/{name}")

    def requests(self) -> list[str]:
        """Return method and path of each request so far, but those for other prefixes."""
        if self.log is None:
            pytest.skip("only moto says what it is asked")
        lines = self.log.read_text(encoding="utf-8").splitlines()
        return [line.partition('"')[2].split(" HTTP/")[0] for line in lines if self.base.partition("/")[2] in line]


def serve(folder: Path) -> Iterator[ObjectStore]:
    """Yield a server with its bucket; skip the test if there is none."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("AWS_EC2_METADATA_DISABLED", "true")
        patched.setenv("AWS_REGION", "us-east-1")
        if "TTHC_TEST_S3" in os.environ:
            store = ObjectStore(os.environ["TTHC_TEST_S3"], None)
            store.client.create_dir(BUCKET)
            yield store
            return
        if importlib.util.find_spec("moto") is None or importlib.util.find_spec("flask_cors") is None:
            pytest.skip("an object store to try needs moto[s3], flask and flask-cors, or TTHC_TEST_S3")
        for name, value in KEYS.items():
            patched.setenv(name, value)
        log = folder / "requests.log"
        with moto_server(log) as endpoint:
            store = ObjectStore(endpoint, log)
            store.client.create_dir(BUCKET)
            yield store
