"""Tests of the gate, the small warehouse they damage, and the damages."""
