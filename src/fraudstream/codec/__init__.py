"""Bytes to columns: decoding messages of every format into events, exactly and once."""

from fraudstream.codec.decoder import Decoded, Decoder

__all__ = ["Decoded", "Decoder"]
