"""The client of the object store with the lake: address, credentials, patience.

Does not belong here: what is asked of it (`lake_store`).
"""

import configparser
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.common.errors import TthcError
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pyarrow.fs import FileSystem

ANSWER_WITHIN, CONNECT_WITHIN = 120, 10  # seconds
OTHERS_MAY_READ = stat.S_IRWXG | stat.S_IRWXO


def object_client(settings: Settings) -> "FileSystem":
    """Return the client; no request is made.

    Without a file of credentials the environment (`AWS_ACCESS_KEY_ID`, …) and AWS's profile count.

    Raises:
        TthcError: If the file with the credentials cannot be used.
    """
    from pyarrow.fs import S3FileSystem

    return S3FileSystem(
        **_credentials(settings.lake_credentials), endpoint_override=settings.lake_endpoint,
        # A small object is one request; without this it is begun, written and ended.
        allow_delayed_open=True, request_timeout=ANSWER_WITHIN, connect_timeout=CONNECT_WITHIN,
    )  # fmt: skip


def _credentials(path: Path | None) -> dict[str, str]:
    """Return what a file of credentials says, whose form is that of AWS's own."""
    if path is None:
        return {}
    try:
        if path.stat().st_mode & OTHERS_MAY_READ:
            raise TthcError("lake_credentials_open", file=path)
        parser = configparser.ConfigParser(interpolation=None)
        parser.read_string(path.read_text(encoding="utf-8"))
        found = parser["default"]
        token = {"session_token": found["aws_session_token"]} if "aws_session_token" in found else {}
        return {"access_key": found["aws_access_key_id"], "secret_key": found["aws_secret_access_key"], **token}
    except OSError as error:
        why = error.strerror or type(error).__name__
    except (KeyError, configparser.Error, UnicodeDecodeError) as error:
        why = type(error).__name__  # its words quote the file
    raise TthcError("lake_credentials_invalid", file=path, why=why)
