"""Makers of single things, and one named world of invented people, for `portal demo` and for the tests."""
