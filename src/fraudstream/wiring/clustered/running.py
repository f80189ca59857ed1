"""``run --on``: the same preset, features, model and policy as a query on a Spark cluster."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from threading import Event
from typing import TYPE_CHECKING, Any

import structlog

from fraudstream.config import Home, Settings
from fraudstream.errors import FraudstreamError, NotReachable, Problem, Unavailable
from fraudstream.spark.packing import packed
from fraudstream.spark.session import Cluster, connect, is_here, master_of
from fraudstream.stack.jars import spark_connector
from fraudstream.wiring.clustered.consumer import consumer_options
from fraudstream.wiring.clustered.query import Run, checkpoint_of, topics_of
from fraudstream.wiring.progress import Progress
from fraudstream.wiring.serving import Answers, serving
from fraudstream.wiring.watching import Tally

if TYPE_CHECKING:
    from fraudstream.spark.job import Job, Query

__all__ = ["cluster_for", "run_on_cluster"]

log = structlog.get_logger()

LOOK = 0.5
"""Seconds between two looks at the query, the models and whether to stop."""

ATTEMPTS = 3
"""So often a query is started again without a batch between two failures."""

PAUSE = 2.0


def run_on_cluster(settings: Settings, stop: Event, progress: Progress) -> Tally:
    """Run a job until ``stop`` is set, or until nothing is left where the trigger says so.

    A query that fails because something does not answer is started again from its checkpoint.
    """
    run = Run.of(settings, progress)
    with closing(run.owner):
        spark = connect(cluster_for(settings, spark_connector()))
        try:
            run.claim()
            databases = run.owner.databases
            answers = Answers(databases[0] if databases else None, run.watching, run.programs)
            with serving(settings, answers):
                _keep_running(spark, run, stop)
        finally:
            spark.stop()
    return run.watching.tally


def cluster_for(settings: Settings, jars: Sequence[str] = ()) -> Cluster:
    """Where ``--on`` says, with Java libraries for driver and workers.

    The log and what is sent to workers are in the home folder.
    """
    spec, master = settings.spark, master_of(settings.run.on)
    folder = Home(settings.home).made().folder / "spark"
    sent = spec.environment == "packed" or (spec.environment == "auto" and not is_here(master))
    return Cluster(
        master=master,
        name=spec.name,
        log=folder / f"{spec.name}.log",
        packages=packed(folder) if sent else None,
        partitions=spec.partitions,
        jars=jars,
        conf=spec.conf,
    )


def _keep_running(spark: Any, run: Run, stop: Event) -> None:
    from fraudstream.spark.job import Query

    job, attempts = _job(run), 0
    log.info("starting", on=spark.sparkContext.master, source=run.kit.source, epoch=run.epoch)
    while not stop.is_set():
        before = run.watching.health.batch
        query = Query(spark, job)
        _watch(query, run, stop)
        failure = query.failure()
        if failure is None:
            return
        attempts = attempts + 1 if run.watching.health.batch == before else 1
        _judge(failure, attempts, run.settings)
        log.warning("the query ended and is started again", why=_cause(failure))
        stop.wait(PAUSE)


def _watch(query: Query, run: Run, stop: Event) -> None:
    while query.wait(LOOK) and not stop.is_set():
        run.watching.turned(run.current().versions)
        run.watching.said(query.progress())
    query.stop()
    run.watching.said(query.progress())


def _job(run: Run) -> Job:
    from fraudstream.spark.job import Job, Topics

    settings, place = run.settings, topics_of(run.settings)
    options = consumer_options(place.servers, settings.kafka.client, settings.spark.kafka)
    topics = Topics(place.topics, options, settings.spark.max_batch)
    trigger = _trigger(settings.spark.trigger)
    return Job(run.kit, topics, checkpoint_of(settings), run.begin, run.decided, trigger)


def _trigger(wanted: str | int) -> dict[str, Any]:
    """Spark's name for it."""
    if wanted == "available":
        return {"availableNow": True}
    return {"processingTime": f"{0 if wanted == 'at_once' else wanted} milliseconds"}


def _judge(failure: Exception, attempts: int, settings: Settings) -> None:
    """Raise what starting again cannot mend."""
    if isinstance(failure, FraudstreamError) and not isinstance(failure, Unavailable):
        raise failure
    if attempts < ATTEMPTS:
        return
    spec = settings.spark
    raise NotReachable(
        f"The query failed {attempts} times without deciding a batch.",
        [Problem(_cause(failure))],
        f"What Spark says is in {Home(settings.home).folder / 'spark' / spec.name}.log.",
    ) from failure


def _cause(failure: Exception) -> str:
    """The line of all that Spark says which tells most: the last cause, else the first line."""
    lines = [line.strip() for line in str(failure).splitlines() if line.strip()]
    causes = [line for line in lines if line.startswith("Caused by: ")]
    found: str = (causes[-1:] or lines[:1] or [repr(failure)])[0]
    return found.removeprefix("Caused by: ")
