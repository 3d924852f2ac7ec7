"""Asking about nominations and candidacies."""
