# The words of this project. `make run` and `make test` are all that is needed to begin.

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed
ARGS ?=
# Two at a time; what starts whole portals stays together on one of the two.
AT_ONCE ?= -n 2 --dist loadgroup

.PHONY: setup run test lint types imports migrations check bench fmt lock

setup: $(INSTALLED)

$(INSTALLED): requirements.lock | $(BIN)/uv
	@echo "Installing what requirements.lock lists ..."
	@$(BIN)/uv pip sync --quiet --system-certs --require-hashes requirements.lock
	@touch $@

# uv itself comes from the registry through pip, with the hashes of the lock.
$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name one with: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv .venv || \
		{ echo "python3 -m venv does not work here. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > .venv/uv.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.lock

run: setup
	@$(BIN)/python manage.py up

test: setup
	$(BIN)/pytest $(AT_ONCE) $(ARGS)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

imports: setup
	$(BIN)/lint-imports

# Starts engines of its own, because a test of it does: is a migration missing?
migrations: setup
	$(BIN)/pytest -q tests/phoneops/test_migrations.py

check: lint types imports test

bench: setup
	$(BIN)/python -m bench $(ARGS)

fmt: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Versions move only here. No registry's address gets into a lock. The second one is
# the first without the embedded engines and without what only development needs.
COMPILE := $(BIN)/uv pip compile --quiet --system-certs --universal --generate-hashes \
	--no-emit-index-url --no-annotate --custom-compile-command "make lock" --extra sentry

lock: $(BIN)/uv
	$(COMPILE) --upgrade --extra embedded --extra dev pyproject.toml -o requirements.lock
	$(COMPILE) --constraint requirements.lock pyproject.toml -o deploy/requirements.lock
	@! grep -nE '^--|://' requirements.lock deploy/requirements.lock
