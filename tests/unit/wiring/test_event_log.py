"""State made anew from what a store keeps of the events is that from their log, bit by bit."""

from __future__ import annotations

import json
import threading
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import numpy as np
import pytest
from tests.services.broker import Broker
from tests.unit.wiring.test_states import MORE, decided, rebuild, run

from fraudstream.config import Settings
from fraudstream.engine import FileCheckpoints
from fraudstream.errors import InputInvalid
from fraudstream.kafka import Cluster, Event, Writer
from fraudstream.schema import builtin_file, builtin_text
from fraudstream.schema.durations import DAY
from fraudstream.stores.postgres import Address, migrate
from fraudstream.wiring.databases import pruned
from fraudstream.wiring.running import run_stream
from fraudstream.wiring.stores import opened_reader


@pytest.fixture(params=["duckdb", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "duckdb":
        return f"duckdb:{tmp_path / 'store.duckdb'}"
    url: str = request.getfixturevalue("postgres")
    migrate(Address.of(url))
    return url


@pytest.fixture
def more_features(tmp_path: Path) -> str:
    (tmp_path / "bank.toml").write_text(builtin_text("payments") + MORE)
    (tmp_path / "rates.csv").write_text(builtin_file("rates.csv"))
    return str(tmp_path / "bank.toml")


def settings(
    tmp_path: Path, store: str, source: str, preset: str = "payments", **more: Any
) -> Settings:
    return Settings.model_validate(
        {
            "home": tmp_path / "home",
            "run": {"source": [source], "http": "off"},
            "store": {"url": store},
            "preset": preset,
            "engine": {"max_batch": 150},
            **more,
        }
    )


def stirred(messages: list[bytes]) -> list[bytes]:
    """The same with all that can happen: late, too late, twice, in conflict, reversed, labelled."""
    said: list[dict[str, Any]] = [json.loads(message) for message in messages]
    random, payments = Random(7), [m for m in said if "kind" not in m and "amount" in m]
    for one in random.sample(payments, 60):
        said.insert(random.randrange(len(said)), {**one})  # a copy, or far too late
        at = said.index(one)
        said.insert(min(len(said), at + random.randrange(1, 9)), said.pop(at))  # a little late
    for one in random.sample(payments, 20):
        said.insert(said.index(one) + 1, {**one, "amount": "1.00"})
        act = {key: one[key] for key in one if key not in ("is_fraud", "attack")}
        said.append({**act, "kind": "reversal"})
        for fraud in (True, False, True)[: random.randrange(1, 4)]:
            place = random.randrange(len(said))
            said.insert(place, {**act, "kind": "label", "is_fraud": fraud, "source": "analyst"})
        opened = f"2025-0{random.randrange(1, 9)}-01T00:00:00Z"
        profile = {"account_id": one["account_id"], "signup_time": opened}
        said.insert(
            random.randrange(len(said)), {**profile, "kind": "profile", "event_time": opened}
        )
    return [json.dumps(one).encode() for one in said] + [b"not JSON"]


def arrays(asked: Settings) -> dict[str, np.ndarray[Any, Any]]:
    newest = FileCheckpoints(asked.home / "checkpoints").newest()
    assert newest is not None
    return dict(newest.arrays)


def assert_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert one.keys() == other.keys()
    differing = [name for name in one if not np.array_equal(one[name], other[name])]
    assert differing == []


def kinds_in(asked: Settings) -> dict[str, int]:
    tables = ("labels", "reversals", "profiles", "transactions", "rejects")
    with opened_reader(asked) as reader:
        return {t: reader.rows(f"select count(*) as n from {t}")[0]["n"] for t in tables}


def test_the_store_gives_the_state_that_the_log_gives(
    tmp_path: Path, store: str, later: Path, more_features: str
) -> None:
    log = tmp_path / "log.jsonl"
    log.write_bytes(b"\n".join([*stirred(later.read_bytes().splitlines()), b""]))
    first = settings(tmp_path, store, str(log))
    run(first)
    assert all(count >= 20 for count in kinds_in(first).values()), kinds_in(first)
    for preset in ("payments", more_features):
        rebuild(settings(tmp_path, store, str(log), preset))
        from_log = arrays(first)
        log.rename(tmp_path / "forgotten")
        rebuild(settings(tmp_path, store, store, preset))
        (tmp_path / "forgotten").rename(log)
        assert_same(arrays(first), from_log)
    run(settings(tmp_path, store, str(log), more_features))


def test_of_topics_too_whose_order_lies_in_their_timestamps(
    tmp_path: Path, store: str, later: Path, kafka: Broker, more_features: str
) -> None:
    kept = {"retention.ms": "-1"}  # what is dated long ago, too
    topics = [kafka.topic(count, config=kept) for count in (2, 1, 2)]
    produce(kafka, topics, stirred(later.read_bytes().splitlines())[:-1])
    source = kafka.url(",".join(topics))
    asked = settings(tmp_path, store, source, "payments")
    asked = asked.model_copy(
        update={
            "kafka": asked.kafka.model_copy(
                update={"topics": asked.kafka.topics.model_copy(update={"control": kafka.topic()})}
            )
        }
    )
    run_to_the_end(asked)
    changed = asked.model_copy(update={"preset": more_features})
    rebuild(changed)
    from_log = arrays(asked)
    rebuild(changed.model_copy(update={"run": changed.run.model_copy(update={"source": (store,)})}))
    assert_same(arrays(asked), from_log)


def produce(kafka: Broker, topics: list[str], messages: list[bytes]) -> None:
    place = {"label": topics[1], "profile": topics[2]}
    writer, now = Writer(Cluster(kafka.bootstrap)), 0
    for message in messages:
        said = json.loads(message)
        happened = datetime.fromisoformat(said.get("event_time", "1970-01-01T00:00:00Z"))
        now = max(now + 1, round(happened.timestamp() * 1000))
        topic = place.get(said.get("kind", ""), topics[0])
        key = str(said.get("account_id")).encode()
        writer.write([Event(topic, message, key, timestamp=now)])
    writer.finish()


def run_to_the_end(asked: Settings) -> None:
    """Until nothing came for a while."""
    stop, seen = threading.Event(), [0, 0]

    def watch(stage: str, done: int, total: int) -> None:
        seen[0] = done

    def end() -> None:
        while not stop.wait(1.5):
            if seen[0] and seen[0] == seen[1]:
                stop.set()
            seen[1] = seen[0]

    threading.Thread(target=end, daemon=True).start()
    run_stream(asked, stop, watch)


def test_after_pruning_what_windows_and_profiles_need_is_still_there(
    tmp_path: Path, store: str, history: Path, later: Path, more_features: str
) -> None:
    log = tmp_path / "log.jsonl"
    log.write_bytes(history.read_bytes())
    first = settings(tmp_path, store, str(log))
    run(first)
    before = decided(first)
    deleted = pruned(first, 31 * DAY)
    assert deleted["transactions"] == len(before)
    with opened_reader(first) as reader:
        (kept,) = reader.rows(
            "select count(*) as batches, count(events) as held, min(count) as fewest,"
            " count(*) filter (where count = profiles and count > 0) as reduced from event_log"
        )
    assert 0 < kept["reduced"] < kept["held"]
    changed = settings(tmp_path, store, store, more_features)
    rebuild(changed)
    with log.open("ab") as file:
        file.write(later.read_bytes())
    going_on = settings(tmp_path, store, str(log), more_features)
    run(going_on)
    place = f"duckdb:{tmp_path / 'always.duckdb'}"
    always = settings(tmp_path / "always", place, str(log), more_features)
    always.home.mkdir(parents=True)
    (always.home / "secret").write_bytes((first.home / "secret").read_bytes())
    run(always)
    new = decided(going_on)
    assert new
    assert decided(always, set(new)) == new


def test_a_store_that_began_too_late_says_so(tmp_path: Path, later: Path) -> None:
    place = f"duckdb:{tmp_path / 'store.duckdb'}"
    asked = settings(tmp_path, place, str(later))
    run(asked)
    with duckdb.connect(str(tmp_path / "store.duckdb")) as opened:
        opened.execute("delete from event_log where batch = 0")
    with pytest.raises(InputInvalid, match="no events of batch 0"):
        rebuild(settings(tmp_path, place, place))
