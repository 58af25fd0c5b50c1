"""Publish: a candidate that the gate passed becomes a version, complete or not at all, and `current` names it.

`versions` moves and switches, `verify` derives the verdict anew right before the switch, `skip_unchanged` finds that
there is nothing to do, `editions` keeps what was out, `first_published` what each figure said first.
"""
