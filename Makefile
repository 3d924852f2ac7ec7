# Every chore of this project. `make` alone lists them.

.DEFAULT_GOAL := help
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-print-directory
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

# The environment lives here; everything below runs from it and nothing is installed outside it.
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv

# The oldest Python this runs on is 3.11; `make setup PYTHON=/some/python3.12` chooses another.
PYTHON ?= $(shell for each in python3 python3.13 python3.12 python3.11 python3.14; do \
	"$$each" -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$each" && break; done)

# A stamp remembers that a step was done with the files it depends on, so that a second call costs nothing.
HAS_UV := $(VENV)/.has-uv
HAS_RUNTIME := $(VENV)/.has-runtime
HAS_TOOLS := $(VENV)/.has-tools

.PHONY: help
help: ## List these targets
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(HAS_TOOLS) ## Build .venv with the portal command, the tests' and the lint tools

$(HAS_UV): requirements-uv.txt
	@if [ -z "$(PYTHON)" ]; then \
		echo "Python 3.11 or newer with venv is needed (on Debian and Ubuntu: apt-get install python3 python3-venv)." >&2; exit 1; fi
	@echo "Building $(VENV) with $$($(PYTHON) --version)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-uv.txt
	@touch $@

$(HAS_RUNTIME): $(HAS_UV) requirements.txt pyproject.toml
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes --requirement requirements.txt
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(HAS_TOOLS): $(HAS_UV) requirements-dev.txt requirements-bucket.txt pyproject.toml
	@$(UV) pip sync --quiet --python $(BIN)/python --require-hashes requirements-dev.txt
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@$(UV) pip install --quiet --python $(BIN)/python --target $(VENV)/bucket --require-hashes --requirement requirements-bucket.txt
	@touch $(HAS_RUNTIME) $@

.PHONY: demo
demo: $(HAS_RUNTIME) ## Load the demonstration, serve it, and print the address and a link for each person
	@exec $(BIN)/portal demo --serve

# As many tests at a time as there are cores; a worker that runs out of tests takes some of another's.
JOBS ?= $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
PYTEST := $(BIN)/pytest --numprocesses $(JOBS) --dist worksteal

.PHONY: test
test: $(HAS_TOOLS) ## Run every test, or some: make test ARGS="tests/rules -k tie"
	@CHROMIUM=$$(tools/chromium); export CHROMIUM; $(PYTEST) $(ARGS)

.PHONY: coverage
coverage: $(HAS_TOOLS) ## Run every test and list the lines and branches that none of them reaches
	@CHROMIUM=$$(tools/chromium); export CHROMIUM; $(PYTEST) --cov --cov-report=term-missing $(ARGS)

.PHONY: check
check: $(HAS_TOOLS) ## Look for mistakes without running the portal: style, types, templates, imports, catalogs
	@$(BIN)/python -m tools.check

.PHONY: fix
fix: $(HAS_TOOLS) ## Mend what can be mended by itself: formatting, imports, simple style
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format --quiet .

.PHONY: bench
bench: $(HAS_TOOLS) ## Measure the portal as a multiple of a bare page
	@$(BIN)/python -m bench $(ARGS)

# The locks name no registry and no machine, so that they read the same wherever they are made.
LOCK := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links

.PHONY: lock
lock: $(HAS_UV) ## Write requirements*.txt anew from pyproject.toml; UPGRADE=1 takes the newest versions
	@$(LOCK) $(if $(UPGRADE),--upgrade) pyproject.toml --group build --output-file requirements.txt
	@$(LOCK) $(if $(UPGRADE),--upgrade) pyproject.toml --group build --group dev --constraints requirements.txt --output-file requirements-dev.txt
	@$(LOCK) $(if $(UPGRADE),--upgrade) --group bucket --output-file requirements-bucket.txt
	@$(LOCK) $(if $(UPGRADE),--upgrade) --group bootstrap --output-file requirements-uv.txt

.PHONY: messages
messages: $(HAS_TOOLS) ## Gather every visible string into translations/, and update each language
	@$(BIN)/python -m tools.messages

.PHONY: clean
clean: ## Remove what was built: .venv, caches, reports (never a database)
	@rm -rf $(VENV) build dist htmlcov test-results .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache \
		.import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
