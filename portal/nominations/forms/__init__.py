"""Forms of nominations and candidacies."""
