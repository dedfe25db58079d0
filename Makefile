# One word for each thing one does here. Needs Python >= 3.11 and pip; Rust only for `make programs` and `make programs-check`,
# whose builder is BUILD_SBF, given here or in the environment (programs/README.md).
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := setup
.PHONY: setup up test soak check programs programs-check test-validator test-clients bench clean

VENV := .venv
BIN := $(VENV)/bin
ANCHORPY := .venv-anchorpy
CLIENTS := tests/e2e/clients
PY := $(BIN)/python
PIP := $(PY) -m pip --disable-pip-version-check --quiet
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; break; }; done)
ARGS ?=
TESTS ?= tests
JOBS ?= 2

setup: $(VENV)/.runtime

# Debian splits ensurepip from Python: without it the venv gets its pip from ours.
$(PY):
	@test -n "$(PYTHON)" || { echo "make: Python >= 3.11 is needed (set PYTHON=...)" >&2; exit 1; }
	@"$(PYTHON)" -m venv $(VENV) 2>/dev/null || { \
		"$(PYTHON)" -m venv --clear --without-pip $(VENV) && "$(PYTHON)" -m pip -q --python $(PY) install pip; }

$(VENV)/.runtime: $(PY) constraints.txt pyproject.toml
	@echo "installing into $(VENV), about a minute"
	@$(PIP) install --upgrade --constraint constraints.txt pip
	@$(PIP) install --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.tools: $(VENV)/.runtime
	@$(PIP) install --constraint constraints.txt --group test --group lint
	@touch $@

up: setup
	@exec $(PY) -m localnet up $(ARGS)

test: $(VENV)/.tools
	@$(PY) -m pytest -n $(JOBS) --dist loadfile -m "not validator and not clients" $(TESTS) $(ARGS)

soak: $(VENV)/.tools
	@$(PY) -m tests.model soak $(ARGS)

check: $(VENV)/.tools
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(PY) -m idl.generate --check
	$(PY) -m localnet.chain.geyser.generate --check
	$(PY) -m pytest -q tests/law

test-validator: $(VENV)/.tools
	@$(PY) -m pytest tests -m validator $(ARGS)

# anchorpy cannot live beside the project's solana (pyproject.toml, group interop).
$(ANCHORPY)/.ready: $(CLIENTS)/anchorpy-constraints.txt pyproject.toml | $(VENV)/.runtime
	@"$(PY)" -m venv --clear --without-pip $(ANCHORPY)
	@$(PIP) --python $(ANCHORPY)/bin/python install --constraint $(CLIENTS)/anchorpy-constraints.txt --group interop || { \
		echo "make: pip could not install anchorpy into $(ANCHORPY): is the package index to be reached?" >&2; exit 1; }
	@touch $@

$(CLIENTS)/node_modules/.ready: $(CLIENTS)/package-lock.json $(CLIENTS)/.npmrc
	@command -v npm >/dev/null || { echo "make: the npm clients need node >= 20.18 and npm, which is not on PATH" >&2; exit 1; }
	@node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 18) ? 0 : 1)' || { \
		echo "make: the npm clients need node >= 20.18, this is $$(node --version)" >&2; exit 1; }
	@cd $(CLIENTS) && npm ci --loglevel=error || { \
		echo "make: npm could not install $(CLIENTS)/package-lock.json: is npm's registry to be reached?" >&2; exit 1; }
	@touch $@

test-clients: $(VENV)/.tools $(ANCHORPY)/.ready $(CLIENTS)/node_modules/.ready
	@REQUIRE_CLIENTS=1 $(PY) -m pytest $(CLIENTS) -m clients --durations=0 $(ARGS)

bench: $(VENV)/.tools
	@$(PY) -m bench $(ARGS)

programs: $(VENV)/.runtime
	@programs/build
	@$(PY) -m idl.generate

programs-check:
	@programs/check

clean:
	rm -rf build .pytest_cache .ruff_cache .hypothesis
