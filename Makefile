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

$(HAS_TOOLS): $(HAS_UV) requirements-dev.txt pyproject.toml
	@$(UV) pip sync --quiet --python $(BIN)/python --require-hashes requirements-dev.txt
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $(HAS_RUNTIME) $@
