"""A job as the driver knows it: what it reads, with what it decides, where it writes."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from fraudstream.config import Home, Settings
from fraudstream.errors import UsageInvalid
from fraudstream.events import joined_name
from fraudstream.monitoring import Metrics
from fraudstream.ports import Entry
from fraudstream.schema import Preset
from fraudstream.scoring import Model
from fraudstream.spark.deciding import Counted
from fraudstream.spark.flow import Spread
from fraudstream.spark.journal import Journal
from fraudstream.spark.kit import Kit
from fraudstream.wiring.building import Deciding, hashing_key
from fraudstream.wiring.champions import Chosen, chosen
from fraudstream.wiring.clustered.owners import Owner
from fraudstream.wiring.clustered.shares import Share, name_of, settled
from fraudstream.wiring.clustered.watching import QueryWatching
from fraudstream.wiring.kafka import Place
from fraudstream.wiring.places import only_source
from fraudstream.wiring.presets import preset_named
from fraudstream.wiring.progress import Progress
from fraudstream.wiring.schemes import is_kafka

__all__ = ["Run", "checkpoint_of", "kit_of", "topics_of"]


def topics_of(settings: Settings) -> Place:
    """What is read; raises ``UsageInvalid`` for anything but Kafka's topics."""
    place = only_source(settings)
    if not is_kafka(place):
        raise UsageInvalid(
            f"{place}: a job on a cluster reads Kafka's topics",
            advice="Name kafka://HOST:9092/TOPIC; a file is decided without --on, and its features "
            "are made on a cluster by fraudstream features --on.",
        )
    return Place.parse(place)


def kit_of(settings: Settings, preset: Preset) -> Kit:
    """What travels to the workers."""
    spec = settings.spark
    spread = Spread(spec.doors, spec.buckets, spec.outputs)
    return Kit(preset, hashing_key(settings), spread, joined_name(topics_of(settings).topics))


def checkpoint_of(settings: Settings) -> str:
    """The folder or URL where the job's state and journal are."""
    folder = Home(settings.home).made().folder / "spark" / settings.spark.name
    return settings.spark.checkpoint or folder.resolve().as_uri()


@dataclass(slots=True)
class Run:
    """One job: the parts that a batch goes through on the driver, in order."""

    settings: Settings
    kit: Kit
    programs: Chosen
    journal: Journal
    owner: Owner
    watching: QueryWatching
    epoch: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    """Spark asks for a batch on a thread of its own, and the driver looks at the models too."""

    @classmethod
    def of(cls, settings: Settings, progress: Progress) -> Run:
        """From what was typed; raises ``CheckpointIncompatible`` for another job's checkpoint."""
        preset = preset_named(settings.preset)
        kit, topics = kit_of(settings, preset), topics_of(settings)
        _require_one_clock(preset)
        programs = chosen(settings, preset)
        journal = Journal(checkpoint_of(settings), topics.topics)
        journal.require(_facts(settings, programs.current(), kit))
        places = _places(settings)
        metrics = Metrics(map(name_of, places))
        owner = Owner(places, preset, settings.kafka)
        return cls(settings, kit, programs, journal, owner, QueryWatching(progress, metrics))

    def claim(self) -> None:
        """Become the only one who writes."""
        self.epoch = self.owner.claim(self.journal)
        self.watching.leads(self.epoch)

    def current(self) -> Deciding:
        """What would decide the next batch."""
        with self.lock:
            return self.programs.current()

    def begin(self, batch: int) -> tuple[Entry, Share]:
        """What decides a batch: as noted before, else what is current, which is noted first."""
        noted = self.journal.entry(batch)
        program = self.current()
        if noted is not None:
            with self.lock:
                program = self.programs.of(noted.versions)
        entry = noted or self.journal.note(batch, program.versions, self.epoch)
        self.owner.begin(entry)
        scorer = program.pipeline.decider.scorer
        model = scorer if isinstance(scorer, Model) else None
        files = model.to_files() if model else {}
        version = model.version if model else None
        places = _places(self.settings)
        return entry, Share(self.kit, places, self.settings.kafka, self.epoch, files, version)

    def decided(self, entry: Entry, counted: Sequence[Counted]) -> None:
        """A batch is durable in all of its places."""
        self.owner.complete(entry)
        self.watching.decided(entry, counted)


def _places(settings: Settings) -> tuple[str, ...]:
    named = dict.fromkeys((*settings.run.sink, settings.store.url))
    places = tuple(settled(place) for place in named if place)
    if not places:
        raise UsageInvalid(
            "there is nowhere to write decisions to",
            advice="Name --sink postgresql://..., --sink kafka://HOST:9092/TOPIC, or a folder that "
            "ends with /.",
        )
    return places


def _require_one_clock(preset: Preset) -> None:
    if preset.labels.field is not None:
        raise UsageInvalid(
            f"the transactions of the preset {preset.name} carry their own labels, for which a log "
            "of several partitions has no one clock",
            advice="Send labels as events of their own, or decide without --on.",
        )


def _facts(settings: Settings, program: Deciding, kit: Kit) -> dict[str, Any]:
    """What state depends on, and how it is cut."""
    return {
        "features": program.fingerprint,
        "source": kit.source,
        "partitions": settings.spark.partitions,
        "doors": kit.spread.doors,
        "buckets": kit.spread.buckets,
        "outputs": kit.spread.outputs,
    }
