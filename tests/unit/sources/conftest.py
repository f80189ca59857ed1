from __future__ import annotations

from collections.abc import Iterator

import pytest

from fraudstream.sources.chunked import ChunkedSource


@pytest.fixture(autouse=True)
def everything_opened_is_closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Tests need not close their sources."""
    made: list[ChunkedSource] = []
    begin = ChunkedSource.__init__

    def remembering(source: ChunkedSource, name: str) -> None:
        made.append(source)
        begin(source, name)

    monkeypatch.setattr(ChunkedSource, "__init__", remembering)
    yield
    for source in made:
        source.close()
