"""Real servers for tests: one Kafka broker and one PostgreSQL for the whole run.

Take a fixture by name; nothing is imported, and a server starts when the first test asks for it.
With ``-n 2`` both workers share it. Everything is stopped and deleted at the end of the run.

``kafka``            the shared broker, see :class:`tests.services.broker.Broker`:
                     ``kafka.bootstrap``                        "127.0.0.1:PORT"
                     ``topic = kafka.topic(partitions=3)``      a new topic with a name of its own
                     ``kafka.url(topic)``                       "kafka://127.0.0.1:PORT/TOPIC"
                     ``kafka.write(topic, [(key, value), ...])``   acknowledged when it returns
                     ``kafka.read(topic)``                      all that is there and committed
``postgres``         address of a new, empty database, which is dropped after the test
``kafka_cluster``    three brokers, of which a test may kill, stop, pause and resume some:
                     the same as ``kafka``, and ``.brokers[0].kill()``, ``.start()``, ...
``postgres_server``  a PostgreSQL that a test may stop, kill, pause and start again:
                     ``url = postgres_server.database()``, ``postgres_server.kill()``, ...
``_timescale``       ``url = _timescale()``: a new, empty database with TimescaleDB, for one session
                     at a time and without COPY, see :mod:`tests.services.timescale`
``spark_cluster``    a master and two workers of one core each, of which a test may kill some:
                     ``spark_cluster.url``, ``spark_cluster.workers[0].kill()``, ...
``prometheus``       a Prometheus of the test's own: ``prometheus.start({"engine": "host:port"})``,
                     ``prometheus.url``

Never stop or pause ``kafka`` and ``postgres``: other tests use them at the same time. The others
belong to one test at a time and are brought back to health after it; being exclusive, they cost
time, so use them only for failures.

Where a server cannot be started (no Java, no PostgreSQL) a test is skipped with the command that
installs what is missing, and fails where CI=true. ``python -m tests.services`` installs it; ``make
test`` does that first.
"""
