"""Reminders: what a cycle reminds people of and how many days before, and each reminder as a row of its own, once."""
