"""``fraudstream doctor``: is everything here that is needed?"""

from __future__ import annotations

from fraudstream.cli.options import Form, HomeFolder
from fraudstream.cli.report import Format, show

__all__ = ["doctor"]


def doctor(home: HomeFolder = None, form: Form = Format.TEXT) -> None:
    """Check that this machine has what fraudstream needs.

    Looks at Python, the packages, free disk and memory, the cache of compiled
    code, the port of run's server and the home folder. Each is one line, ok or
    missing; a missing one names the command that mends it. Ends with 1 if
    anything is missing.

    Examples:
      fraudstream doctor
      fraudstream doctor --format json
    """
    from fraudstream.config import load
    from fraudstream.config.checkup import examine
    from fraudstream.errors import CheckFailed, Problem

    findings = examine(load({"home": home}).settings)
    missing = [finding for finding in findings if not finding.ok]
    show(
        {"ok": not missing, "checks": [finding.as_dict() for finding in findings]},
        "\n".join(str(finding) for finding in findings),
        form,
    )
    if missing:
        raise CheckFailed(
            f"{len(missing)} of {len(findings)} checks failed.",
            [Problem(finding.mend, finding.name) for finding in missing],
            "Mend them and check again: fraudstream doctor",
        )
