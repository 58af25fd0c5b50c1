"""Disclosure control: what is suppressed or rounded, and the attacks that published figures must withstand."""
