# Every target makes the virtual environment it needs; there is nothing to activate.
PYTHON ?= python3
PYTHON312 ?= python3.12
BIN := .venv/bin
READY := .venv/.installed
PYTEST := python -m pytest -n 2

.DEFAULT_GOAL := help
.PHONY: help demo test test-slow test-3.12 check tables lock clean

help: ## List the targets.
	@awk -F ':.*## ' '/^[a-z0-9.-]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(READY) ## Train a GAN on MNIST: pictures as it learns, a report at the end.
	$(BIN)/jaxgan run mnist --seeds 1

test: $(READY) ## Run the tests and the documentation's examples.
	$(BIN)/$(PYTEST)

check: $(READY) ## Format, lint, types, generated pages, tests, and tests under key-reuse detection.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/python -m jaxgan.cli.members --check docs/members.md
	$(BIN)/python -m experiments.tables --check
	$(BIN)/python -m benchmarks.tables --check
	$(BIN)/$(PYTEST)
	JAX_DEBUG_KEY_REUSE=1 $(BIN)/$(PYTEST) tests/test_loop.py

test-slow: $(READY) ## Run every test on optimized programs, and break every member.
	JAX_DISABLE_MOST_OPTIMIZATIONS=0 $(BIN)/$(PYTEST) -m "slow or not slow"
	$(BIN)/python -m tests.mutate

test-3.12: ## Run the tests on Python 3.12 (newer JAX), where there is one.
	@if $(PYTHON312) -c '' 2>/dev/null; then $(MAKE) .venv-3.12/.installed && .venv-3.12/bin/$(PYTEST); \
	else echo "$(PYTHON312) was not found: skipped. Name one with PYTHON312=..."; fi

tables: $(READY) ## Write the tables of results and costs from results/.
	$(BIN)/python -m experiments.tables
	$(BIN)/python -m benchmarks.tables

lock: $(READY) ## Update requirements.lock after a change of dependencies, keeping what still fits.
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --extra dev --generate-hashes \
	  --no-emit-index-url --no-annotate --custom-compile-command "make lock" \
	  pyproject.toml --output-file requirements.lock

clean: ## Remove the environments and every cache.
	rm -rf .venv .venv-3.12 .cache .hypothesis .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv-3.12/.installed: override PYTHON = $(PYTHON312)
.venv/.installed .venv-3.12/.installed: %/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "jaxgan needs Python 3.11 or newer, which $(PYTHON) is not: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $*
	$*/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$*/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
