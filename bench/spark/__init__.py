"""What a cluster decides in a second: by buckets, by card, by row."""
