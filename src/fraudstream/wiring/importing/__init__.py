"""Bringing what other systems know into the log: profiles, labels, and rejects once more."""
