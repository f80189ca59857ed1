"""What a preset says: fields, entities, filters, features, labels, costs."""

from fraudstream.schema.features import Aggregate, Function, Input, InputFunction
from fraudstream.schema.filters import All, Any, Compare, Filter, IsNull, Not, OneOf
from fraudstream.schema.guess import guess
from fraudstream.schema.layout import Layout, layout_of
from fraudstream.schema.memory import Footprint, Sizes, memory
from fraudstream.schema.phrases import Description, describe, explain_value, phrase
from fraudstream.schema.preset import (
    Costs,
    Currency,
    Field,
    FieldType,
    InputSpec,
    LabelSpec,
    Preset,
)
from fraudstream.schema.reading import read_preset
from fraudstream.schema.reference import COUNTRY_CODES, CURRENCY_DIGITS, country_code
from fraudstream.schema.shipped import builtin, builtin_file, builtin_names, builtin_text
from fraudstream.schema.words import Words, words_of

__all__ = [
    "COUNTRY_CODES",
    "CURRENCY_DIGITS",
    "Aggregate",
    "All",
    "Any",
    "Compare",
    "Costs",
    "Currency",
    "Description",
    "Field",
    "FieldType",
    "Filter",
    "Footprint",
    "Function",
    "Input",
    "InputFunction",
    "InputSpec",
    "IsNull",
    "LabelSpec",
    "Layout",
    "Not",
    "OneOf",
    "Preset",
    "Sizes",
    "Words",
    "builtin",
    "builtin_file",
    "builtin_names",
    "builtin_text",
    "country_code",
    "describe",
    "explain_value",
    "guess",
    "layout_of",
    "memory",
    "phrase",
    "read_preset",
    "words_of",
]
