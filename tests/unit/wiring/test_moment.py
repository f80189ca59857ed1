"""The stack is checked at a moment at which no batch is half written."""

from __future__ import annotations

import threading
from contextlib import closing

from fraudstream.stores.postgres import Address, migrate
from fraudstream.stores.postgres.connecting import connect
from fraudstream.wiring.stacking.moment import decided_until, whole_moment


def _execute(url: str, *statements: str) -> None:
    with closing(connect(Address.of(url))) as session, session.transaction():
        for statement in statements:
            session.execute(statement.encode())


def _entry(batch: int) -> str:
    ranges = f'{{"start": {{}}, "end": {{"0": {batch * 10}, "65536": 7}}}}'
    return f"insert into journal values ({batch}, 1, '{ranges}', 0, 1, now())"


def test_a_batch_of_which_shares_are_missing_is_waited_for(postgres: str) -> None:
    migrate(Address.of(postgres))
    shares = "insert into sink_offsets values ('primary', 1, 3), ('share-000', 1, 4)"
    _execute(postgres, "delete from sink_offsets", shares, _entry(3), _entry(4))
    completing = "update sink_offsets set batch = 4 where sink = 'primary'"
    threading.Timer(0.5, _execute, (postgres, completing)).start()
    with whole_moment(postgres) as session:
        assert decided_until(session) == {0: 40, 65536: 7}


def test_what_has_begun_after_the_last_whole_batch_does_not_count(postgres: str) -> None:
    migrate(Address.of(postgres))
    whole = "insert into sink_offsets values ('primary', 1, 3)"
    _execute(postgres, "delete from sink_offsets", whole, _entry(3), _entry(4))
    with whole_moment(postgres) as session:
        assert decided_until(session) == {0: 30, 65536: 7}
