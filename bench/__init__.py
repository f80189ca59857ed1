"""How long an event takes: every stage, a single event, and idiomatic Python on the same events."""
