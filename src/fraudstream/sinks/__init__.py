"""Where decisions go: files, standard output, memory; all keep ``ports.Primary``."""
