VENV ?= .venv
BIN := $(VENV)/bin
export PATH := $(abspath $(BIN)):$(PATH)

.DEFAULT_GOAL := help
.PHONY: help train run test check format lock bench crash screenshots peer-suites schema-check

help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

$(VENV)/.run: requirements/run.lock requirements/bootstrap.txt
	test -x $(BIN)/python || python3 -m venv $(VENV)
	$(BIN)/python -m pip install -q --require-hashes -r requirements/bootstrap.txt
	VIRTUAL_ENV=$(abspath $(VENV)) $(BIN)/uv pip install -q --compile-bytecode --require-hashes -r requirements/run.lock
	VIRTUAL_ENV=$(abspath $(VENV)) $(BIN)/uv pip install -q --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -q src # so that every start is a quick one, also where Python keeps no byte code by itself
	touch $@

$(VENV)/.dev: requirements/dev.lock $(VENV)/.run
	VIRTUAL_ENV=$(abspath $(VENV)) $(BIN)/uv pip install -q --compile-bytecode --require-hashes -r requirements/dev.lock
	touch $@

run: $(VENV)/.run ## Install what is missing, migrate, serve on http://localhost:8000
	perdure serve

test: $(VENV)/.dev ## Every test, on SQLite and PostgreSQL
	python -m compileall -q src
	pytest -n 3 --dist worksteal

check: $(VENV)/.dev ## Lint, types, import contracts
	ruff format --check .
	ruff check .
	mypy
	lint-imports

format: $(VENV)/.dev ## Format and mend what the linter can mend
	ruff format .
	ruff check --fix .

lock: $(VENV)/.dev ## Compile the lock files anew from pyproject.toml
	uv pip compile -q pyproject.toml --generate-hashes --no-annotate --no-header --no-emit-index-url --python-version 3.11 -o requirements/run.lock
	uv pip compile -q pyproject.toml --group dev --generate-hashes --no-annotate --no-header --no-emit-index-url --python-version 3.11 -o requirements/dev.lock

schema-check: $(VENV)/.dev ## The schema of the Mastodon API against our answers (part of peer-suites)
	python tools/peer_suites.py schema

bench: $(VENV)/.dev ## One measurement: make bench BENCH=home_timeline
	PYTHONPATH=. python bench/$(BENCH).py

screenshots: $(VENV)/.dev ## Pictures of every page, phone and desktop, light and dark, into screenshots/
	python -m tools.screenshots

crash: $(VENV)/.dev ## Twenty SIGKILLs of everything under load on each engine, however long it takes
	CRASH_KILLS=20 pytest -n 0 tests/fault/test_crash.py

peer-suites: $(VENV)/.dev ## Foreign clients and suites against throw-away servers on port 3000 (see README)
	python tools/peer_suites.py $(PEERS)

TRAIN_DATA ?= ../shared/data/training
TRAIN_VENV ?= /tmp/perdure-train
train: ## Train the classifier that ships, half an hour on one core (TRAIN_DATA, TRAIN_VENV)
	test -x $(TRAIN_VENV)/bin/python || python3 -m venv $(TRAIN_VENV)
	$(TRAIN_VENV)/bin/python -m pip install -q -r tools/train_classifier/requirements.txt
	PYTHONPATH=src:. $(TRAIN_VENV)/bin/python -m tools.train_classifier --data $(TRAIN_DATA)
