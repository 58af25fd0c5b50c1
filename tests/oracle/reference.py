"""The indicators of the design's `indicators.md`, once more, by loops over plain records.

Here: under one name, all that a reader of delivered rows needs. Every rule stands beside the sentence it comes from in
the modules named below. Nothing is shared with the pipeline, so that an error in one of the two shows as a difference.
"""

from .form import HandlingStatus, Scope, form_row, handling_status
from .periods import periods
from .plan import OVER_DOSSIERS
from .records import PROVINCE, Component, DossierState, Fee, Procedure, Supplement, Unit
from .settle import settle
from .settled import Dossier, Records, Settled
from .terms import outcome, paused
from .values import IndicatorValue, indicator_values

__all__ = [
    "INDICATORS", "PROVINCE", "Component", "Dossier", "DossierState", "Fee", "HandlingStatus", "IndicatorValue",
    "Procedure", "Records", "Scope", "Settled", "Supplement", "Unit", "form_row", "handling_status",
    "indicator_values", "outcome", "paused", "periods", "settle",
]  # fmt: skip

# The formulas that a synthetic province's truth.json tells the answers of.
INDICATORS = {
    code: OVER_DOSSIERS[code] for code in ("on_time_rate", "online_share", "digitised_share", "online_payment_share")
}
