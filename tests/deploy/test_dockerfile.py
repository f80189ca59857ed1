"""deploy/Dockerfile by the rules that Dockerfile linters share, checked on the parsed file."""

from __future__ import annotations

import json
import re

import pytest
from tests.deploy.dockerfile import Stage, inherited, parsed
from tests.structure.sources import ROOT

ARGUMENTS, STAGES = parsed()
OURS = ("engine", "producer", "model", "spark")

each_stage = pytest.mark.parametrize("stage", STAGES.values(), ids=list(STAGES))
each_image = pytest.mark.parametrize("stage", [STAGES[name] for name in OURS], ids=OURS)


@each_stage
def test_a_stage_begins_with_a_version_or_another_stage(stage: Stage) -> None:
    if stage.base in STAGES:
        assert list(STAGES).index(stage.base) < list(STAGES).index(stage.name)
    else:
        image = ARGUMENTS[stage.base.strip("${}")]
        assert re.search(r":\d+\.\d+\.\d+-[\w-]+(@sha256:[0-9a-f]{64})?$", image), image


@each_stage
def test_debian_packages_are_few_and_their_lists_are_not_kept(stage: Stage) -> None:
    for run in stage.given("RUN"):
        if "apt-get" in run:
            assert "apt-get update" in run and "rm -rf /var/lib/apt/lists/*" in run
            installs = re.findall(r"apt-get install [^&]*", run)
            assert all("--yes" in i and "--no-install-recommends" in i for i in installs)


@each_stage
def test_python_packages_come_from_a_lock_with_hashes(stage: Stage) -> None:
    for run in stage.given("RUN"):
        for install in re.findall(r"(?:pip install|pip sync) [^&]*", run):
            assert "--require-hashes" in install or "--no-deps" in install, install


@each_stage
def test_what_is_copied_is_let_through_to_the_builder(stage: Stage) -> None:
    let_through = (ROOT / ".dockerignore").read_text(encoding="utf-8")
    for copy in stage.given("COPY"):
        if copy.startswith("--from"):
            origin = re.match(r"--from=(\S+)", copy)
            assert origin and origin[1] in STAGES
            continue
        *sources, _ = copy.split()
        for source in sources:
            assert (ROOT / source).exists(), source
            pattern = re.sub(r"requirements-\w+", "requirements-*", source)
            assert f"!{pattern}\n" in let_through, source


@each_stage
def test_nothing_secret_or_remote_is_baked_in(stage: Stage) -> None:
    assert stage.given("ADD") == []
    baked = " ".join([*stage.given("ENV"), *stage.given("ARG")]).lower()
    assert not re.search(r"password|secret|token|key=", baked)
    assert not any(
        word in run for run in stage.given("RUN") for word in ("sudo ", "curl ", "wget ")
    )


@each_image
def test_an_image_runs_as_nobody_in_particular(stage: Stage) -> None:
    assert inherited(stage, "USER") == "10001:10001"
    assert stage.given("USER")[-1:] in ([], ["10001:10001"])


@each_image
def test_an_image_is_started_without_a_shell_and_stops_when_asked(stage: Stage) -> None:
    for word in ("ENTRYPOINT", "CMD"):
        assert isinstance(json.loads(inherited(stage, word) or "null"), list)
    assert inherited(stage, "STOPSIGNAL") == "SIGTERM"
    assert inherited(stage, "WORKDIR") == "/var/lib/fraudstream"


@each_image
def test_an_image_says_how_to_see_that_it_is_well_or_that_it_does_not_serve(stage: Stage) -> None:
    check = inherited(stage, "HEALTHCHECK")
    assert check is None or check == "NONE" or "/readyz" in check
    assert (check is not None) == (stage.name != "spark")
