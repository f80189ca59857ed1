"""Hash tables as flat arrays: compiled look-up and deletion, growth between batches.

A table called ``keys`` lives in three arrays ``keys_index``, ``keys`` and ``keys_counts`` of a
named tuple; several tables share one named tuple, which crosses into compiled code as a whole.
"""

from fraudstream.tables.growing import empty_table, reserved, used_words

__all__ = ["empty_table", "reserved", "used_words"]
