"""The nightly job for Dagster: assets, checks, lock, recovery, and the function that runs the job.

Does not belong here: the logic of a step. Each asset is a few lines around a function of landing, parsing, transform,
gate or publish, so that the same work can be tested without Dagster.
"""
