"""Which department a procedure belongs to.

Belongs here: departments by field, in each of the provinces of the list of units. Does not belong here: offices of
other levels (`arrivals`).
"""

import numpy as np
import polars as pl

from pipelines.sample.behaviour import Ints, stream
from pipelines.sample.reference import Reference
from pipelines.sample.successors import NOBODY, Successions


def departments_of(procedure: Ints, seed: int, reference: Reference) -> Ints:
    """Return the department of each dossier.

    Where several provinces stand beside each other on the first day, the province is drawn by how many units it has.
    """
    living = reference.living(reference.span.start)
    roots = np.flatnonzero((reference.parent == NOBODY) & living)
    home = np.stack([_home(int(root), reference) for root in roots])
    nth = np.zeros(len(procedure), dtype=int)
    if len(roots) > 1:
        size = np.array([(living & (reference.tree == root)).sum() for root in roots])
        nth = stream(seed, "provinces").choice(len(roots), len(procedure), p=size / size.sum())
    found: Ints = home[nth, procedure]
    return found


def department_codes(reference: Reference, day: int) -> pl.Series:
    """Return the code of the province's own department that each procedure belongs to on a day; null: nobody's."""
    unit = _home(reference.root, reference)
    known = pl.Series(unit != NOBODY)
    found = Successions(reference).on(np.where(unit == NOBODY, reference.root, unit), np.full(len(unit), day))
    return pl.select(pl.when(known).then(reference.units["MaDonVi"].gather(found))).to_series()


def _home(root: int, reference: Reference) -> Ints:
    """Return, per procedure, the department of a province that handles its field; NOBODY if none does."""
    of_field = {
        field: reference.position[code]
        for field, codes in reference.departments.items()
        for code in codes
        if reference.tree[reference.position[code]] == root
    }
    return np.array([of_field.get(field, NOBODY) for field in reference.procedures["TenLinhVuc"]])
