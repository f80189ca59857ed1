"""Whether every panel of every dashboard shows what it should, panel by panel."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from fraudstream.events.places import joined_name, place_of
from fraudstream.monitoring import DASHBOARDS, Datasource, PanelQuery, Span, panels
from fraudstream.schema import Preset
from fraudstream.stack.folder import Folder
from fraudstream.stores.postgres.connecting import Connection
from fraudstream.wiring.presets import preset_named
from fraudstream.wiring.stacking.answers import (
    Answer,
    ask_database,
    ask_prometheus,
    same,
    span_of,
)
from fraudstream.wiring.stacking.mirror import Sending, is_mirrored, make_mirror
from fraudstream.wiring.stacking.moment import decided_until, whole_moment
from fraudstream.wiring.stacking.parts import DATABASE, Stack
from fraudstream.wiring.stacking.plan import known_plan
from fraudstream.wiring.stacking.sent import Decisions, Message, Place, ends, messages

__all__ = ["PanelCheck", "StackCheck", "checked_within"]

CATCH_UP = 20.0
"""Seconds within which what is in the database is in the topic of decisions as well."""

PAUSE = 2.0
"""Seconds between two checks."""

_LABEL = re.compile(r"\(?\{\{.*?\}\}\)?")
_BAD = ("lost", "doubled", "unpublished", "different")


@dataclass(frozen=True, slots=True)
class PanelCheck:
    """One query of one panel: how many rows it gave, the newest time in them, and what is wrong.

    ``agrees`` says whether the answer is the same when it is computed from what the producers sent;
    None for a query about something else.
    """

    dashboard: str
    panel: str
    legend: str
    datasource: str
    query: str
    rows: int
    newest: str | None
    agrees: bool | None
    problem: str

    @property
    def title(self) -> str:
        """The panel, and which of its queries."""
        said = _LABEL.sub("", self.legend).strip()
        return f"{self.panel} ({said})" if said else self.panel


@dataclass(frozen=True, slots=True)
class StackCheck:
    """The whole answer."""

    checked_at: str
    sending: Sending
    copies: int
    different: int
    panels: tuple[PanelCheck, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong anywhere."""
        return not self.problems()

    def messages(self) -> dict[str, int]:
        """What became of the messages, by word."""
        return {**asdict(self.sending), "copies": self.copies, "different": self.different}

    def problems(self) -> list[str]:
        """All that is wrong, in words."""
        counts = self.messages()
        bad = [f"{counts[n]:,} transactions {n}" for n in _BAD if counts[n]]
        panels = [p for p in self.panels if p.problem]
        return [*bad, *(f"{p.dashboard}, {p.title}: {p.problem}" for p in panels)]

    def as_dict(self) -> dict[str, Any]:
        """For reports."""
        panels = [asdict(panel) for panel in self.panels]
        return {
            "ok": self.ok,
            "checked_at": self.checked_at,
            "messages": self.messages(),
            "panels": panels,
        }


def checked_within(folder: Folder, seconds: float) -> StackCheck:
    """The first check in which nothing is wrong, or the last one within so many seconds."""
    deadline = time.monotonic() + seconds
    while not (found := check_stack(folder)).ok and time.monotonic() < deadline:
        time.sleep(PAUSE)
    return found


def check_stack(folder: Folder) -> StackCheck:
    """Ask every panel's query, and ask again over what was sent; changes nothing."""
    plan = known_plan(folder)
    stack = Stack(plan, folder)
    now = datetime.now(UTC)
    queries = [panel for panel in panels() if panel.datasource is Datasource.POSTGRES]
    with whole_moment(stack.postgres.url(DATABASE)) as connection:
        shown = [ask_database(connection, panel, _span(panel, now)) for panel in queries]
        decisions, sending = _mirrored(connection, stack, preset_named(plan.preset))
        expected = [ask_database(connection, panel, _span(panel, now)) for panel in queries]
    checked = [
        _checked(panel, answer, other)
        for panel, answer, other in zip(queries, shown, expected, strict=True)
    ]
    checked += _asked_prometheus(stack, now)
    order = [dashboard.title for dashboard in DASHBOARDS]
    checked.sort(key=lambda panel: order.index(panel.dashboard))
    return StackCheck(
        now.isoformat(timespec="seconds"),
        sending,
        decisions.copies,
        decisions.different,
        tuple(checked),
    )


def _span(panel: PanelQuery, now: datetime) -> Span:
    return span_of(panel.dashboard.since, now)


def _mirrored(connection: Connection, stack: Stack, preset: Preset) -> tuple[Decisions, Sending]:
    """Make the mirror of all that was decided at the session's moment."""
    sent = _sent(stack, decided_until(connection))
    decisions = _published(stack, _stored_places(connection))
    return decisions, make_mirror(connection, preset, sent, decisions.by_place)


def _sent(stack: Stack, until: Mapping[int, int]) -> Iterator[Message]:
    """What was sent to the input topics before these positions."""
    name = joined_name(stack.plan.inputs)
    by_topic: dict[str, dict[int, int]] = {}
    for number, end in until.items():
        topic, partition = place_of(name, number)
        by_topic.setdefault(topic, {})[partition] = end
    for topic, positions in by_topic.items():
        yield from messages(stack.kafka.bootstrap, topic, positions)


def _stored_places(connection: Connection) -> set[Place]:
    found = connection.execute("select source, source_partition, source_offset from transactions")
    return {(str(topic), int(number), int(offset)) for topic, number, offset in found.fetchall()}


def _published(stack: Stack, stored: set[Place]) -> Decisions:
    """The topic of decisions, once all that is stored stands there too, or it has had its time."""
    bootstrap, topic = stack.kafka.bootstrap, stack.plan.topics.decisions
    deadline = time.monotonic() + CATCH_UP
    while True:
        decisions = Decisions()
        for message in messages(bootstrap, topic, ends(bootstrap, topic)):
            decisions.add(message)
        if stored <= decisions.by_place.keys() or time.monotonic() > deadline:
            return decisions
        time.sleep(0.5)


def _asked_prometheus(stack: Stack, now: datetime) -> list[PanelCheck]:
    queries = [panel for panel in panels() if panel.datasource is Datasource.PROMETHEUS]
    answers = [ask_prometheus(stack.prometheus.url, panel, _span(panel, now)) for panel in queries]
    return [_checked(panel, answer, None) for panel, answer in zip(queries, answers, strict=True)]


def _checked(panel: PanelQuery, answer: Answer, expected: Answer | None) -> PanelCheck:
    about_sent = expected is not None and is_mirrored(panel.query)
    agrees = same(answer, expected) if about_sent and expected is not None else None
    return PanelCheck(
        dashboard=panel.dashboard.title,
        panel=panel.title,
        legend=panel.legend,
        datasource=str(panel.datasource),
        query=panel.query,
        rows=len(answer.rows),
        newest=answer.newest.isoformat(timespec="seconds") if answer.newest else None,
        agrees=agrees,
        problem=_problem(answer, agrees),
    )


def _problem(answer: Answer, agrees: bool | None) -> str:
    if answer.problem:
        return answer.problem
    if agrees is False:
        return "shows something else than what was sent"
    if not any(cell is not None for row in answer.rows for cell in row):
        return "shows nothing"
    return ""
