# archkb: the daily commands. `make help` lists them.
VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin
export ARCHKB_STORE ?= $(VENV)/demo.archkb

.PHONY: help demo test check lint types fast bench docs clean

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

# uv installs torch in seconds where pip takes minutes; it is fetched into the environment itself
$(BIN)/uv:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "archkb needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv

$(VENV)/.core: $(BIN)/uv pyproject.toml
	$(BIN)/uv pip install --quiet --python $(BIN)/python --editable .
	@touch $@

# torch is taken in its CPU build where an index offers one by the plain name; nothing here depends on CUDA
$(VENV)/.dev: $(VENV)/.core
	$(BIN)/uv pip install --quiet --python $(BIN)/python --editable '.[dev]'
	@touch $@

demo: $(VENV)/.core ## ingest four models into an embedded store, ask, compare
	@$(BIN)/python -m archkb.queries.demo

test: $(VENV)/.dev ## install what the tests need and run them all
	$(BIN)/python -m pytest

check: $(VENV)/.dev lint types fast ## the daily loop: lint, types, fast tests

lint: $(VENV)/.dev ## ruff and the import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports

types: $(VENV)/.dev ## mypy, strict
	$(BIN)/mypy

# importing torch in every worker would take longer than the tests that need it
fast: $(VENV)/.dev ## the tests that take under a few seconds and need no server
	$(BIN)/python -m pytest -n auto -m "not slow and not server" --ignore tests/ingest/test_torch_nets.py

bench: $(VENV)/.dev ## the ratios of docs/benchmarks.md, measured here
	$(BIN)/python -m benchmarks

docs: $(VENV)/.dev ## write the generated pages anew
	$(BIN)/python -m archkb.queries.docs

clean: ## remove the environment and every cache
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
