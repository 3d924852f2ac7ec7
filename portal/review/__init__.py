"""Rounds of review: who reads what, reading and scoring, standings, deliberation."""
