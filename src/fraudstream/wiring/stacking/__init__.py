"""The whole stack on this machine, without Docker: its parts, up, down, does it work."""
