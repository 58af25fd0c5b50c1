"""Many provinces in one installation: their nights in parallel, how each stands, and figures of the country.

Belongs here: what is said of several provinces together. Each province keeps its own registers, landing, secret, lock
and warehouse, and knows nothing of the others. Does not belong here: anything within one night (`nightly`).
"""
