"""What a preset says: fields, entities, filters, features, labels, costs."""

from fraudstream.schema.features import Aggregate, Function, Input, InputFunction
from fraudstream.schema.filters import All, Any, Compare, Filter, IsNull, Not, OneOf
from fraudstream.schema.layout import Layout, layout_of
from fraudstream.schema.preset import (
    Costs,
    Currency,
    Field,
    FieldType,
    InputSpec,
    LabelSpec,
    Preset,
)

__all__ = [
    "Aggregate",
    "All",
    "Any",
    "Compare",
    "Costs",
    "Currency",
    "Field",
    "FieldType",
    "Filter",
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
    "layout_of",
]
