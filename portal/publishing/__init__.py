"""Releases, recipients' pages and the archive: the public reads snapshots only."""
