"""Registers: what officials decide (units, periods, indicators, targets, limits, publication), read and validated."""
