"""From standings to decisions: proposed by one person, approved by another."""
