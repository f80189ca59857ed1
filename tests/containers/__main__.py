"""Install what building images needs, or say how: ``python -m tests.containers``."""

from __future__ import annotations

import sys

from tests.containers.podman import missing

from fraudstream.stack import packages


def main() -> int:
    absent = missing()
    if absent and packages.may_install():
        packages.install(absent)
    return 0


if __name__ == "__main__":
    sys.exit(main())
