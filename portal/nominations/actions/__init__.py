"""What is done with nominations and candidacies."""
