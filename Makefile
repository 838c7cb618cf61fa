# Longroom's everyday commands. `make help` lists them.
#
# Stamp files say what is installed, so that a second `make run` starts at once. `make run` installs
# only what the server needs; the tests' tools come with the first `make test` or `make check`.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.installed-run
DEV := $(VENV)/.installed-dev
CLIENT := client_static/vendor/importmap.json

# The venv first: recipes and tests find node, redis-server and longroom by name, activated or not.
export PATH := $(CURDIR)/$(BIN):$(PATH)

# Wheels only: a missing one is a plain error here instead of a compiler's page of them.
export PIP_FLAGS ?= --only-binary=:all:
export PIP_DISABLE_PIP_VERSION_CHECK := 1
PIP_INSTALL = $(BIN)/pip install -q $(PIP_FLAGS) -c .ci/constraints.txt

# Test processes; 0 is one, in order. A file stays in one process: what waits for a clock allows for a busy neighbour.
JOBS ?= 2
# In the files' own order, browser first: they are few tests but slow ones, and left to the end one process waits for them.
# Further arguments for pytest: make test ARGS="tests/domain -k relay"
ARGS ?=

.PHONY: help
help: ## List these commands
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# --- running ---------------------------------------------------------------------------------------

.PHONY: run
run: $(RUN) $(CLIENT) ## Install, load the demo and serve it on 127.0.0.1:8080 (LONGROOM_PORT=9000, SIMULATE=1)
	@exec $(BIN)/longroom serve --demo $(if $(SIMULATE),--simulate)

.PHONY: dev
dev: $(DEV) $(CLIENT) ## The same, started again whenever server/ or client_static/ changes
	@# 12 s: the server's own drain takes up to 10.
	@exec $(BIN)/watchfiles --sigint-timeout 12 \
		"$(BIN)/longroom serve --demo $(if $(SIMULATE),--simulate)" server client_static

# --- checking --------------------------------------------------------------------------------------

.PHONY: test
test: $(DEV) $(CLIENT) ## Run every test (JOBS=2, ARGS="tests/domain -k relay")
	@chrome=$$(.ci/need-tools.sh); scratch=$$(.ci/scratch.sh); trap 'rm -rf "$$scratch"' EXIT; \
	CHROME_PATH="$$chrome" TMPDIR="$$scratch" $(BIN)/pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder $(ARGS)

.PHONY: check
check: lint types layers schema client ## Everything that can be checked without a running server

.PHONY: lint
lint: $(DEV) ## Formatting and lint rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

.PHONY: types
types: $(DEV) ## mypy --strict on server/
	$(BIN)/mypy

.PHONY: layers
layers: $(DEV) ## The rooms and floors: who may import whom
	$(BIN)/lint-imports

.PHONY: schema
schema: $(RUN) ## The migrations lead to exactly the declared tables
	$(BIN)/longroom migrate --check

.PHONY: client
client: $(CLIENT) ## Syntax of every browser module, and their unit tests under Node
	@# One file a process: given several, `node --check` looks at the first alone.
	find client_static \( -name vendor -o -name node_modules \) -prune -o \
		\( -name '*.js' -o -name '*.mjs' \) -print0 | xargs -0 -r -n 1 node --check
	@# Named one by one: what `node --test DIRECTORY` means differs between Node 20 and 22.
	$(if $(wildcard tests/client/*.test.mjs),node --test $(sort $(wildcard tests/client/*.test.mjs)),@echo "no client tests yet")

.PHONY: bench
bench: $(DEV) $(CLIENT) ## Measure the hot path (short form, under five minutes)
	@exec $(BIN)/python -m tests.bench $(ARGS)

.PHONY: fmt
fmt: $(DEV) ## Format, and fix what ruff can
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

# --- installing ------------------------------------------------------------------------------------

.PHONY: install
install: $(RUN) $(CLIENT) ## Install the server alone, and run nothing

.PHONY: venv
venv: $(DEV) $(CLIENT) ## Install everything, tests' tools included, and run nothing

.PHONY: lock
lock: ## Renew .ci/constraints.txt: the newest releases that pyproject.toml allows
	rm -rf .venv-lock
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/pip install -q $(PIP_FLAGS) -e '.[dev,node]'
	{ sed '/^[^#]/d' .ci/constraints.txt; .venv-lock/bin/pip freeze --exclude longroom; } > .venv-lock/constraints.txt
	mv .venv-lock/constraints.txt .ci/constraints.txt
	rm -rf .venv-lock

.PHONY: clean
clean: ## Remove what was installed or cached; databases stay
	rm -rf $(VENV) client_static/node_modules client_static/vendor client_static/vendor.new
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find server tests migrations -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

# Run, not merely looked up: a version manager's shim exists for versions that it will not start.
PYTHON ?= $(shell for python in python3.11 python3 python3.12 python3.13 python3.14; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$python"; break; }; done)

# A venv that failed half-way must not be taken for a finished one.
$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Longroom needs Python 3.11 or newer; none was found (PYTHON=/path/to/python names one)." >&2; exit 1; }
	@echo "Creating $(VENV) with $$($(PYTHON) --version) ..."
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(RUN): pyproject.toml .ci/constraints.txt | $(BIN)/python
	@echo "Installing the server ..."
	@$(PIP_INSTALL) -e .
	@touch $@

$(DEV): pyproject.toml .ci/constraints.txt | $(BIN)/python
	@echo "Installing the server and the tests' tools ..."
	@$(PIP_INSTALL) -e '.[dev]'
	@touch $@ $(RUN)

# Order-only: the link's own age is that of the Node it leads to.
$(BIN)/node: | $(BIN)/python
	@.ci/need-node.sh

$(CLIENT): client_static/package.json client_static/package-lock.json client_static/vendor.mjs | $(BIN)/node
	@echo "Fetching the browser's libraries ..."
	@npm ci --prefix client_static --loglevel=error
	@node client_static/vendor.mjs
