"""Publish: a candidate that the gate passed becomes a version, complete or not at all, and `current` names it.

`manifest` says what is in a version, `versions` moves and switches.
"""
