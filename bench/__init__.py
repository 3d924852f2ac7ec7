"""What the portal costs, as a multiple of a bare Flask page served beside it. `python -m bench` measures and prints."""
