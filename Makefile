# The one command surface. `make help` lists the targets; .ci/run calls `make check` and `make test`.
PYTHON ?= python3.11
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
TARGET := $(VENV)/target-jsonl
PYTEST := $(BIN)/python -m pytest
HISTORIES ?= 500
# Processes that run tests; more than the processors make nothing faster, and tests of many processes slower.
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help setup demo system-packages test-setup test test-fast search histories histories-online check lint types shape format bench golden docs lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

setup: $(STAMP) ## create .venv with every pinned package and the khata command
$(STAMP): requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null 2>&1 || { echo "Python 3.11 is needed and '$(PYTHON)' was not found; set PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q canonical connectors harmonizer receivables storage workflows khata sandbox
	@touch $(STAMP)

demo: setup ## set up, then import the sandbox company and show trial balance, ageing, proof
	$(BIN)/khata demo

system-packages: ## install the system packages the full tests use (needs root or password-less sudo; otherwise those tests skip)
	@sh tests/support/system_packages.sh

# A Singer target that others wrote, for the shell's pipe; in an environment of its own, its libraries do not fit ours.
$(TARGET)/.installed: tests/support/target-jsonl.lock $(STAMP)
	@$(PYTHON) -m venv $(TARGET) && $(TARGET)/bin/python -m pip install --quiet --disable-pip-version-check \
	  --require-hashes -r $< && touch $@ || echo "target-jsonl could not be installed; its tests will skip."

test-setup: setup system-packages $(TARGET)/.installed ## what `make test` sets up

test: test-setup ## set up, then run every test; skipped tests are listed with their reasons
	$(PYTEST) -n $(WORKERS) --dist loadgroup --no-loadscope-reorder

test-fast: setup ## the tests that need no server, no long file and no long history, on fewer examples
	$(PYTEST) -n $(WORKERS) --dist loadgroup --no-loadscope-reorder --hypothesis-profile=quick -m "not slow and not temporal and not postgres"

search: setup ## every law on new random examples, 500 where a law does not say its own number; takes about half an hour
	$(PYTEST) -n $(WORKERS) --dist loadgroup --no-loadscope-reorder --hypothesis-profile=search -m hypothesis

histories: setup ## 500 random histories of edits, faults and kills beside a fake Tally; takes about an hour (HISTORIES=n for another number)
	KHATA_HISTORIES=$(HISTORIES) $(PYTEST) -q tests/live/test_histories.py

histories-online: setup ## random histories beside a fake QuickBooks and a fake Zoho Books, 500 of each (HISTORIES=n for another number)
	KHATA_HISTORIES=$(HISTORIES) $(PYTEST) -q tests/live/test_quickbooks_histories.py tests/connectors/zoho/test_histories.py

check: lint types shape ## ruff, mypy strict, the architecture test

lint: setup ## ruff
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: setup ## mypy strict
	$(BIN)/mypy

shape: setup ## the architecture test
	$(PYTEST) -q tests/architecture

format: setup ## format and apply the safe fixes
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: setup ## measure against the physical limits; figures go to docs/benchmarks.md by hand, with date and command
	$(BIN)/python -m bench

golden: setup ## rewrite the golden files from the current code; read the diff before committing
	$(PYTEST) -q tests/golden --update-golden

docs: setup ## regenerate the generated pages of docs/
	$(BIN)/python -m khata.docs

lock: setup ## resolve the newest allowed versions into requirements.lock (needs uv)
	uv pip compile --quiet pyproject.toml --all-extras --generate-hashes --no-emit-index-url --universal \
	  --python-version 3.11 --no-header --upgrade -o requirements.lock

clean: ## remove what set-up and tests made
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis dist
