"""Would a small mistake in the SQL of an indicator be noticed?

Each comparison, null rule and bound, spoilt once.
"""
