"""Install what the servers of the tests need, or say how: ``python -m tests.services``."""

from __future__ import annotations

import sys

from fraudstream.errors import NotInstalled, NotReachable
from fraudstream.stack import packages
from fraudstream.stack.jars import fetched
from fraudstream.stack.kafka import COORDINATES
from tests.services import timescale


def main() -> int:
    wanted = (*packages.EVERYTHING, *timescale.PACKAGES)
    absent = packages.missing(wanted)
    if absent and packages.may_install():
        names = " ".join(package.name for package in absent)
        print(f"tests: installing Debian packages: {names}", file=sys.stderr)
        packages.install(absent)
    try:
        packages.need(*wanted)
    except NotInstalled as error:
        # on a desk the tests that need them are skipped; in CI nothing is
        print(f"tests: some will be skipped\n{error}", file=sys.stderr)
        return 0 if not packages.may_install() else error.exit_code
    fetched("kafka", COORDINATES)
    try:
        timescale.fetched()
    except NotReachable as error:
        print(f"tests: those with TimescaleDB will be skipped\n{error}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
