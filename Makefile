# The few commands of this project; the same for people and for CI.
# Each makes its own environment in .venv first (see .ci/setup). Choose another
# interpreter with PYTHON=..., run part of the tests with PYTEST="-k citation".
# The real stores are installed in .services, or in SERVICES_HOME.

SHELL := /bin/bash
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PYTEST ?= -n 2
STORES := $(or $(SERVICES_HOME),.services)/.installed
WITH_STORES := PATH="$(abspath $(BIN)):$$PATH" tests/services/with-stores.sh
export VENV PYTHON CMD

COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

.PHONY: help demo test stores test-stores check bench secrets format lock clean
.DEFAULT_GOAL := help

help: ## what can be made
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 21

$(READY): requirements.lock pyproject.toml .ci/setup
	.ci/setup
	@touch $@

demo: $(READY) ## read the sample documents and ask them three questions
	PATH="$(abspath $(BIN)):$$PATH" samples/demo.sh

test: $(READY) ## run the tests that need no server
	$(BIN)/python -m pytest -m "not stores and not faults" $(PYTEST)

stores: $(READY) $(STORES) ## the four real stores, and a shell beside them; or CMD="...", and ONLY=redis,mariadb
	$(WITH_STORES) $(if $(ONLY),--only $(ONLY)) $(if $(CMD),bash -c "$$CMD")

test-stores: $(READY) $(STORES) ## run all tests, beside the four real stores
	PATH="$(abspath $(BIN)):$$PATH" tests/services/run-tests.sh $(PYTEST)

$(STORES): tests/services/install.sh
	tests/services/install.sh

check: $(READY) ## lint, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(READY) ## time and memory; data: make bench BENCH="--data ../shared/data"; other benches: docs/measured.md
	$(BIN)/python bench/run.py $(BENCH)

secrets: ## write the passwords that compose.yaml reads into ./secrets, where there are none yet
	@mkdir -p secrets && chmod 700 secrets
	@for name in $$(sed -nE 's|.*file: \./secrets/([a-z_]+).*|\1|p' compose.yaml); do \
		test -s secrets/$$name || head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n' >secrets/$$name; \
		chmod 644 secrets/$$name; \
	done

format: $(READY) ## put the code into its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: ## choose new versions of all dependencies; LOCK=--upgrade takes the newest
	@test -x $(BIN)/uv || .ci/setup
	$(COMPILE) --group dev $(LOCK) -o requirements.lock pyproject.toml
	$(COMPILE) --constraint requirements.lock -o requirements-run.lock pyproject.toml

clean: ## remove the environment and everything made by running, but no secrets
	rm -rf $(VENV) .services .citepath build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
