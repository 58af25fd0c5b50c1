"""Of many cases of one kind the suite tries some and `make campaign` the others.

Here: choosing them. Not here: what is tried.
"""

from collections.abc import Iterable
from typing import Any

import pytest
from _pytest.mark.structures import ParameterSet


def sampled(cases: Iterable[Any], one_in: int) -> list[ParameterSet]:
    """Return the cases for `parametrize`: one in so many stays in the suite, evenly spread; the others are marked.

    Args:
        cases: Values, tuples of values, or what `pytest.param` gives.
        one_in: 1 keeps all of them in the suite.
    """
    found = []
    for number, case in enumerate(cases):
        param = case if isinstance(case, ParameterSet) else pytest.param(*(case if type(case) is tuple else (case,)))
        marks = param.marks if number % one_in == 0 else (*param.marks, pytest.mark.campaign)
        found.append(pytest.param(*param.values, marks=marks, id=param.id))
    return found
