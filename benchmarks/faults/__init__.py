"""`make faults`: everything that can go wrong with a night is done to it, and what then holds is counted.

`forge` runs whole nights in forked children, `blows` are the faults, `invariants` what must hold after each, `campaign`
puts them together. Does not belong here: anything that production code uses.
"""
