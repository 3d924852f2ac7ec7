"""Schools, what else they are called, and who belongs where."""
