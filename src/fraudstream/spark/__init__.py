"""The same pipeline as a job on a Spark cluster: plain stages over blocks, and what runs them."""
