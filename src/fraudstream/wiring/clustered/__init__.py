"""``--on spark://...``: what a job on a cluster needs from the rest of the program."""
