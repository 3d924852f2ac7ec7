"""What the pages over all rooms ask."""
