"""Sizes that read well: small files, short functions, few parameters."""

from __future__ import annotations

from statistics import median

from tests.structure.sources import body_lines, is_kernel, modules, parameters

LONGEST_FILE, MEDIAN_FILE = 400, 120
LONGEST_FUNCTION, MEDIAN_FUNCTION = 50, 6
MOST_PARAMETERS = 5


def test_no_file_is_longer_than_400_lines() -> None:
    assert [(str(m.path), m.lines) for m in modules() if m.lines > LONGEST_FILE] == []


def test_half_of_the_files_have_at_most_120_lines() -> None:
    assert median(m.lines for m in modules()) <= MEDIAN_FILE


def test_no_function_is_longer_than_50_lines_except_compiled_kernels() -> None:
    long = [
        f"{module.path}:{function.lineno} {function.name}: {body_lines(function)}"
        for module in modules()
        for function in module.functions()
        if body_lines(function) > LONGEST_FUNCTION and not is_kernel(function)
    ]
    assert long == []


def test_half_of_the_functions_have_at_most_6_lines() -> None:
    lengths = [body_lines(f) for m in modules() for f in m.functions() if not is_kernel(f)]
    assert median(lengths) <= MEDIAN_FUNCTION


def test_no_function_takes_more_than_5_parameters() -> None:
    """Except kernels, which take flat arrays, and commands, whose parameters are their options."""
    many = [
        f"{module.path}:{function.lineno} {function.name}: {parameters(function)}"
        for module in modules()
        for function in module.functions()
        if parameters(function) > MOST_PARAMETERS
        and not is_kernel(function)
        and module.layer != "cli"
    ]
    assert many == []
