"""`make faults`: everything that can go wrong with a night is done to it, and what then holds is counted.

`forked_nights` runs whole nights in forked children on the province of `fixture`; `injectors` and `damage` are the
faults, `invariants` what must hold after each, and `campaign` tries them. Does not belong here: anything that
production code uses.
"""
