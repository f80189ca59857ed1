# What people type here. `make` alone shows the list.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup services demo stack test test-containers lint bench bench-spark soak docs lock clean

BIN := .venv/bin
READY := .venv/.ready
READY_SERVICES := .venv/.ready-services
READY_BENCH := .venv/.ready-bench
# two workers suit the two cores this was measured on, and any more cores do no harm
PYTEST := $(BIN)/python -m pytest -n 2 --dist worksteal

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## .venv as requirements.lock says; at once if nothing changed

services: $(READY_SERVICES) ## and what Kafka, PostgreSQL, Spark and Grafana need besides

demo: $(READY) ## a simulated bank under attack, live in this terminal
	@$(BIN)/fraudstream demo $(ARGS)

stack: $(READY_SERVICES) ## Kafka, PostgreSQL, Prometheus, the engine and producers, without Docker
	@$(BIN)/fraudstream stack up $(ARGS)

test: lint ## everything that is checked: lint, types, layers, tests
	@$(BIN)/python -m tests.services
	@$(PYTEST) $(ARGS)

test-containers: $(READY_SERVICES) ## build our images and run them, without Docker (root, Debian)
	@$(BIN)/python -m tests.containers
	@$(BIN)/python -m pytest -m containers tests/containers $(ARGS)

lint: $(READY_SERVICES) ## ruff, mypy --strict, import-linter
	@echo "lint: ruff" >&2
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet . || { echo "lint: format with .venv/bin/ruff format ." >&2; exit 1; }
	@echo "lint: mypy --strict" >&2
	@$(BIN)/mypy
	@echo "lint: layers" >&2
	@$(BIN)/lint-imports --no-logo

bench: $(READY_BENCH) ## an event, the service between Kafka and Kafka, the database; beside peers
	@$(BIN)/python -m bench $(ARGS)
	@$(BIN)/python -m bench.kafka
	@$(BIN)/python -m bench.sink

bench-spark: $(READY_BENCH) ## rows per second of a Spark cluster: buckets, per card, per row; reports/spark.json
	@$(BIN)/python -m bench.spark $(ARGS)

soak: $(READY_SERVICES) ## minutes of comparisons with the oracle and of kills; reports/soak.json
	@$(BIN)/python -m tests.soak $(ARGS)

docs: $(READY) ## write the generated pages of docs/
	@$(BIN)/python -m scripts.docs

lock: $(READY) ## write the lock files anew from pyproject.toml (needs the network)
	@$(BIN)/uv pip compile pyproject.toml --group dev $(LOCK) -o requirements.lock $(ARGS)
	@$(BIN)/uv pip compile pyproject.toml --all-extras --group deploy $(LOCK) -c requirements.lock -o requirements-services.lock $(ARGS)
	@$(BIN)/uv pip compile --group bench $(LOCK) -c requirements.lock -o requirements-bench.lock $(ARGS)
	@$(BIN)/uv pip compile --group image $(LOCK) -c requirements.lock -o deploy/requirements-build.lock $(ARGS)
	@$(BIN)/uv pip compile pyproject.toml $(ENGINE) $(LOCK) -c requirements.lock -c requirements-services.lock -o deploy/requirements-engine.lock $(ARGS)
	@$(BIN)/uv pip compile pyproject.toml $(ENGINE) --extra spark $(LOCK) -c requirements.lock -c requirements-services.lock -o deploy/requirements-spark.lock $(ARGS)

clean: ## everything that was made: .venv, caches, reports
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache reports dist build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

ENGINE := --extra kafka --extra postgres

# The locks name no package index, so that they serve behind any mirror.
LOCK := --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	--no-emit-index-url --no-emit-find-links

$(READY): requirements.lock pyproject.toml scripts/setup
	@scripts/setup
	@touch $@

$(READY_SERVICES): $(READY) requirements-services.lock
	@scripts/setup services
	@touch $@

$(READY_BENCH): $(READY_SERVICES) requirements-bench.lock
	@scripts/setup bench
	@touch $@
