"""Where messages come from: files, tables, standard input, memory; all keep ``ports.Source``."""
