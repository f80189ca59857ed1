"""The real service under fire: engines between Kafka, PostgreSQL and Kafka, killed at random.

    python -m tests.recovery.service KIND BOOTSTRAP DATABASE FOLDER [SEED] [KILLS]

KIND is database, copies or kafka; see ``place``. DATABASE is the address of an empty one. Prints
one JSON object: ``kills``, ``leaders_killed`` and ``leaders_paused`` say what was done,
``decisions`` and ``rejects`` what was published, ``lost``, ``doubled`` and ``different`` what is
wrong.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import cast, get_args

from tests.recovery.service.place import Kind, Place
from tests.recovery.service.trial import Trial


def main(arguments: list[str]) -> None:
    """Run one trial and print what came of it."""
    kind, bootstrap, database, folder, *more = arguments
    seed, kills = (int(word) for word in (*more, *("1", "50")[len(more) :]))
    assert kind in get_args(Kind), kind
    place = Place.made(cast(Kind, kind), bootstrap, database, Path(folder))
    print(json.dumps(Trial(place, seed, kills).run()))


if __name__ == "__main__":
    main(sys.argv[1:])
