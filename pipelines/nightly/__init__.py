"""The nightly job for Dagster: assets and checks that call the steps, the lock, and the way to start it.

No logic of a step lives here; each asset is a few lines around a function of landing, parsing, transform,
gate or publish, so that the same work can be tested without Dagster.
"""
