"""What a kafka:// URL means, and topics whose order must stay."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from tests.services.broker import Broker

from fraudstream.config import Settings
from fraudstream.config.kafka import KafkaSettings
from fraudstream.errors import InputInvalid, SettingsInvalid, UsageInvalid
from fraudstream.kafka import Cluster, existing
from fraudstream.schema import builtin
from fraudstream.wiring.kafka import Place, kafka_sink, kafka_source, one_place
from fraudstream.wiring.places import only_source

PRESET = builtin("payments")
NOWHERE = "kafka://127.0.0.1:1/"


def test_brokers_and_topics_are_told_apart_and_ports_filled_in() -> None:
    place = Place.parse("kafka://h1:9192,h2/raw_transactions,labels")
    assert place == Place("h1:9192,h2:9092", ("raw_transactions", "labels"))


@pytest.mark.parametrize(
    "url", ["kafka://", "kafka://host", "kafka://host/", "kafka://host/a,,b", "kafka://host/a b"]
)
def test_a_url_without_brokers_or_topics_is_refused(url: str) -> None:
    with pytest.raises(UsageInvalid, match="does not name brokers and topics"):
        Place.parse(url)


def test_a_password_in_a_url_is_refused_and_not_repeated() -> None:
    with pytest.raises(UsageInvalid) as raised:
        Place.parse("kafka://me:sesame@host:9092/topic")
    assert "sesame" not in str(raised.value)


def test_several_sources_of_one_cluster_are_one() -> None:
    sources = ["kafka://h:9092/raw_transactions", "kafka://h/labels"]
    settings = Settings.model_validate({"run": {"source": sources}})
    assert only_source(settings) == "kafka://h:9092/raw_transactions,labels"


def test_sources_of_two_clusters_are_refused() -> None:
    with pytest.raises(UsageInvalid, match="different clusters"):
        one_place(["kafka://a/x", "kafka://b/y"])


def test_topics_in_another_order_than_the_state_was_made_from_are_refused(tmp_path: Path) -> None:
    never = KafkaSettings(create_topics="never")
    seal = tmp_path / "source.topics"
    for topics in ("tx", "tx,labels", "tx,labels"):
        kafka_source(NOWHERE + topics, never, PRESET, seal).close()
    for topics in ("labels,tx", "tx", "tx,profiles"):
        with pytest.raises(InputInvalid, match="in this order"):
            kafka_source(NOWHERE + topics, never, PRESET, seal)


def test_topics_that_are_missing_are_made_on_brokers_of_this_machine(kafka: Broker) -> None:
    names = {key: kafka.topic() + "-new" for key in ("alerts", "rejects", "journal", "decisions")}
    settings = KafkaSettings.model_validate({"topics": names, "partitions": 3})
    with closing(kafka_sink(kafka.url(names["decisions"]), settings, PRESET)):
        assert existing(Cluster(kafka.bootstrap), names.values()) == set(names.values())


def test_no_topic_is_made_where_that_is_not_allowed(kafka: Broker) -> None:
    name = kafka.topic() + "-never"
    with closing(kafka_sink(kafka.url(name), KafkaSettings(create_topics="never"), PRESET)):
        assert existing(Cluster(kafka.bootstrap), [name]) == set()


def test_a_key_that_the_client_does_not_know_is_told() -> None:
    with pytest.raises(SettingsInvalid, match="No such configuration property"):
        Cluster("127.0.0.1:1", {"no.such.key": "1"}).consumer()


def _named(kafka: Broker, labels: str | None = None) -> KafkaSettings:
    names = {"transactions": kafka.topic(), "labels": labels or kafka.topic()}
    topics = {**names, "profiles": kafka.topic()}
    return KafkaSettings.model_validate({"topics": topics, "create_topics": "never"})


def test_the_topic_of_transactions_stands_for_labels_and_profiles_too(
    kafka: Broker, tmp_path: Path
) -> None:
    settings = _named(kafka)
    names, seal = settings.topics, tmp_path / "source.topics"
    url = kafka.url(names.transactions)
    everything = f"{names.transactions}/{names.labels}/{names.profiles}"
    for _ in range(2):
        with closing(kafka_source(url, settings, PRESET, seal)) as source:
            assert source.name == everything
    # what was read once is known without asking
    offline = kafka_source(NOWHERE + names.transactions, settings, PRESET, seal)
    assert offline.name == everything
    offline.close()


def test_one_of_the_two_alone_is_not_read_and_that_is_said(
    kafka: Broker, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = _named(kafka, labels="labels-that-nobody-made")
    with closing(kafka_source(kafka.url(settings.topics.transactions), settings, PRESET)) as source:
        assert source.name == settings.topics.transactions
    said = capsys.readouterr()
    assert "no topic labels-that-nobody-made" in said.out + said.err


def test_topics_that_are_named_are_read_and_no_others(kafka: Broker) -> None:
    settings = _named(kafka)
    topics = f"{settings.topics.transactions},{settings.topics.profiles}"
    with closing(kafka_source(kafka.url(topics), settings, PRESET)) as source:
        assert source.name == topics.replace(",", "/")
