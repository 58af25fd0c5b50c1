"""Measurements against plain peers, run side by side on the same machine; never a test, never asserted."""
