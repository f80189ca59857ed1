"""Bytes to columns: decoding messages of every format into events, exactly and once.

Every format is brought into one form (``spanned``: where each field of each message lies), which
one set of readers turns into columns; so a field means the same in JSON, CSV and Parquet.

=========  ========================================================================================
text       text or whole number, 1 to 256 bytes of UTF-8, no card number
enum       a text; one that is not listed has no code but keeps its text
country    an ISO alpha-2 code or an English name, else the text as it is
money      digits with point and exponent, as number or text; 0 to 10^12 minor units, no more
           decimals than the currency has (or rounded half to even), and a rate of the day
number     the same with a sign, rounded half to even to its decimals
time       ISO 8601 (``2026-01-31``, ``...T13:00[:05[.123456789]][Z|+hh[:mm]]``), Unix time in s, ms
           or us, or a pattern; cut to ms; events from 1990, other times from 1900, all before 2200
boolean    true, false, 1, 0; of a label the preset's texts mean fraud and all others do not
kind       transaction (also if absent), label, reversal, profile
=========  ========================================================================================

Null is absent, and so is an empty cell of CSV. A transaction needs its required fields, a label
its transaction and verdict, a reversal its transaction, a profile a time and the whole key of an
entity.
"""

from fraudstream.codec.decoder import Decoded, Decoder

__all__ = ["Decoded", "Decoder"]
