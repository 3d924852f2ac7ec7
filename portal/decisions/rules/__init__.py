"""What decides, and nothing else: pure functions of their arguments."""
