"""What may be asked, what counts as an answer, and drawing it."""
