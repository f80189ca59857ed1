"""Minutes of comparisons with brute force, and of kills."""
