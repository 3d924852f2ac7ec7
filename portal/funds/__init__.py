"""Sums of money and their donors."""
