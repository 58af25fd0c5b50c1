"""Read a register that is a YAML file into its model.

Does not belong here: the models (the modules of the registers), registers that are CSV files (`csv_rows`).
"""

from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import ValidationError

from pipelines.common.errors import TthcError
from pipelines.common.yaml import read_yaml
from pipelines.contracts.fields import Strict

Register = TypeVar("Register", bound=Strict)


def read_register(path: Path, model: type[Register]) -> Register:
    """Return the content of a register.

    Raises:
        TthcError: If it is not well-formed; the error names the wrong key.
    """
    try:
        return model.model_validate(read_yaml(path.read_text(encoding="utf-8")))
    except (ValidationError, yaml.YAMLError) as error:
        raise TthcError("holds_invalid", file=path.name, why=str(error)) from None
