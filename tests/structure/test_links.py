"""Pages lead where they say, and every page is reached from the index."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.structure.sources import ROOT

DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", *DOCS.rglob("*.md")])

_LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_NAMED = re.compile(r'<a (?:id|name)="([^"]+)">')


def _anchors(page: Path) -> set[str]:
    text = page.read_text(encoding="utf-8")
    slugs = {re.sub(r"[^\w\- ]", "", head.lower()).strip() for head in _HEADING.findall(text)}
    return {slug.replace(" ", "-") for slug in slugs} | set(_NAMED.findall(text))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    for target, anchor in _LINK.findall(page.read_text(encoding="utf-8")):
        found = (page.parent / target).resolve() if target else page
        assert found.exists(), f"{target} is not there"
        assert not anchor or anchor in _anchors(found), f"{target}#{anchor} is not there"


def test_every_page_is_reached_from_the_index() -> None:
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    assert [p.name for p in DOCS.glob("*.md") if p.name != "index.md" and p.name not in index] == []
