"""Nominations, candidacies, the nominee's part, consent, imports, duplicates, conflicts."""
