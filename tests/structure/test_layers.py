"""What import-linter cannot say: the core is pure, and only wiring names adapters."""

from __future__ import annotations

from tests.structure.sources import Module, modules

CORE = {
    "pipeline",
    "decisions",
    "scoring",
    "features",
    "admission",
    "codec",
    "tables",
    "ports",
    "schema",
    "events",
    "errors",
}
ADAPTERS = ("fraudstream.sources", "fraudstream.sinks", "fraudstream.stores")
WORLD = {
    "asyncio",
    "io",
    "os",
    "pathlib",
    "random",
    "secrets",
    "shutil",
    "socket",
    "subprocess",
    "tempfile",
    "threading",
    "time",
    "uuid",
}
"""Modules through which a program sees files, clocks, chance, its environment or other programs."""

ASKING = ("open", "input", "print", "datetime.now", "datetime.utcnow", "date.today")
UNSAFE_MODULES = {"pickle", "cloudpickle", "joblib", "marshal", "shelve", "dill"}
UNSAFE_CALLS = ("eval", "exec", "compile", "__import__", "os.system")


def _core() -> list[Module]:
    return [module for module in modules() if module.layer in CORE]


def test_the_core_imports_nothing_that_sees_the_world() -> None:
    seen = [
        (str(module.path), name)
        for module in _core()
        for name in module.imported()
        if name.partition(".")[0] in WORLD or name.startswith("numpy.random")
    ]
    assert seen == []


def test_the_core_opens_no_file_asks_no_clock_and_draws_no_number() -> None:
    asked = [
        (str(module.path), call)
        for module in _core()
        for call in module.calls()
        if call in ASKING or call.startswith("np.random.") or call.endswith(".today")
    ]
    assert asked == []


def test_only_wiring_names_concrete_adapters() -> None:
    naming = {
        str(module.path)
        for module in modules()
        for name in module.imported()
        if name.startswith(ADAPTERS)
        and module.layer not in ("wiring", *(a.rpartition(".")[2] for a in ADAPTERS))
    }
    assert naming == set()


def test_nothing_unpickles_or_runs_text_as_code() -> None:
    imports = [
        (str(m.path), name)
        for m in modules()
        for name in m.imported()
        if name.partition(".")[0] in UNSAFE_MODULES
    ]
    calls = [(str(m.path), c) for m in modules() for c in m.calls() if c in UNSAFE_CALLS]
    assert imports + calls == []
