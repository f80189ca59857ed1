from __future__ import annotations

import tomllib

import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from fraudstream.schema.positions import Path, Place, locate

_KEYS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=6
)
_SCALARS = st.one_of(
    st.integers(-(10**9), 10**9),
    st.booleans(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=8),
    st.datetimes(),
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3),
    max_leaves=12,
)


def _paths(value: object, path: Path = ()) -> list[tuple[Path, object]]:
    found: list[tuple[Path, object]] = [(path, value)] if path else []
    if isinstance(value, dict):
        return found + [p for k, v in value.items() for p in _paths(v, (*path, k))]
    if isinstance(value, list):
        return found + [p for i, v in enumerate(value) for p in _paths(v, (*path, i))]
    return found


@given(st.dictionaries(_KEYS, _VALUES, max_size=5))
def test_everything_that_tomllib_reads_has_its_place(document: dict[str, object]) -> None:
    text = tomlkit.dumps(document)
    spans = locate(text)
    lines = text.split("\n")
    for path, value in _paths(tomllib.loads(text)):
        place = spans[path].value
        rest = lines[place.line - 1][place.column - 1 :]
        if isinstance(value, bool):
            assert rest.startswith(str(value).lower())
        elif isinstance(value, int):
            assert rest.startswith(str(value))
        elif isinstance(value, str):
            assert rest.startswith(('"', "'"))


def test_a_value_in_an_array_of_tables_is_found_by_its_index() -> None:
    text = '[[a]]\nx = 1\n[[a]]\nx = 2\n[a.b]\ny = ["p", "q"]\n'
    spans = locate(text)
    assert spans["a", 1, "x"].value == Place(4, 5)
    assert spans["a", 1, "b", "y", 1].value == Place(6, 11)


def test_comments_strings_of_many_lines_and_dotted_keys_do_not_confuse_the_places() -> None:
    text = (
        'a."b c".d = """x = 1\n# no""" # yes\n'
        "l = [ # one\n  1, 2020-01-01 10:00:00, # two\n]\n"
        "z = 3\n"
    )
    spans = locate(text)
    assert spans["a", "b c", "d"].key == Place(1, 9)
    assert spans["l", 1].value == Place(4, 6)
    assert spans["z",].key == Place(6, 1)


def test_only_a_one_line_string_without_escapes_is_plain() -> None:
    spans = locate('a = "x"\nb = "\\n"\nc = """x"""\nd = 1\n')
    assert [spans[name,].plain for name in "abcd"] == [True, False, False, False]
