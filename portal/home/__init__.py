"""What is waiting for whom, and one look over everything."""
