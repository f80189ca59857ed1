"""The first row of a CSV file: which columns there are, and what separates them."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass

from fraudstream.errors import InputInvalid, Problem
from fraudstream.sources.bytelog import ByteLog
from fraudstream.sources.cells import Form
from fraudstream.sources.rows import find_rows
from fraudstream.sources.stretch import read_stretch

__all__ = ["Header", "delimiter_of", "read_header"]

_DELIMITERS = ",;\t|"


@dataclass(frozen=True, slots=True)
class Header:
    """The form of the rows, and the position where they begin."""

    form: Form
    end: int


def read_header(name: str, log: ByteLog, longest: int) -> Header | None:
    """The header of a log; None while it is not there yet, ``InputInvalid`` if it is none."""
    stretch = read_stretch(log, 0, None, longest)
    # which delimiter it is, the header itself has to tell: its names stand on one line
    rows = find_rows(stretch.data, stretch.begin, (0, longest, stretch.final))
    if not len(rows):
        return None
    text = _decoded(name, rows.raw(0, longest + 1))
    delimiter = delimiter_of(text)
    names = next(csv.reader([text], delimiter=delimiter))
    _check(name, names)
    return Header(Form(delimiter, tuple(names), longest), int(rows.ends[0]))


def delimiter_of(header: str) -> str:
    """The one of comma, semicolon, tab and bar that stands in a header most often.

    >>> delimiter_of("id;amount;time")
    ';'
    >>> delimiter_of("id")
    ','
    """
    outside = "".join(header.split('"')[::2])
    return max(_DELIMITERS, key=outside.count)


def _decoded(name: str, raw: bytes) -> str:
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise InputInvalid(
            f"{name} does not begin with a line of text that could be a CSV header.",
            advice="Save it as CSV in UTF-8, or give it the ending of what it is.",
        )
    return text


def _check(name: str, names: list[str]) -> None:
    doubled = [column for column, count in Counter(names).items() if count > 1]
    if doubled:
        raise InputInvalid(
            f"The header of {name} has columns of the same name.",
            [Problem(f'"{column}" stands in it {names.count(column)} times') for column in doubled],
            "Give each column a name of its own.",
        )
