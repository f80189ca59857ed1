"""Every error a user can meet has its place in docs/errors.md."""

from __future__ import annotations

from tests.structure.sources import ROOT

from fraudstream import errors


def _kinds() -> list[type[errors.FraudstreamError]]:
    members = [getattr(errors, name) for name in errors.__all__]
    return [
        member
        for member in members
        if isinstance(member, type)
        and issubclass(member, errors.FraudstreamError)
        and member is not errors.FraudstreamError
    ]


def test_every_error_has_an_anchor_and_its_exit_code_in_the_errors_page() -> None:
    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    missing = [k.name for k in _kinds() if f"\n## {k.name}\n\nExit code {k.exit_code}." not in page]
    assert missing == []


def test_names_of_errors_are_unique() -> None:
    names = [kind.name for kind in _kinds()]
    assert len(names) == len(set(names))
