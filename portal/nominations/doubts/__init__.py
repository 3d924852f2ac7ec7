"""Telling people from programs without a puzzle: signs, a proof of work, counts; and what is held for staff to look at."""
