"""Persons, their names, addresses and languages."""
