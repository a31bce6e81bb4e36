# One verb for everything. `make help` lists them.
SHELL := /bin/bash
PY := .venv/bin/python
RESIDENTS ?= 100000
PORT ?= 8000
# More than two only help where memory does: a worker and its servers take up to 3 GB.
WORKERS ?= 2
UV := $(shell command -v uv 2>/dev/null)
# A command that has to compile every module first takes twice as long.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help up build test test-all test-kills check bench lock messages docs screens clean
.DEFAULT_GOAL := help

help:  ## list the verbs
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

up: .venv/base.done node_modules/done  ## install, build the sample city, serve it (RESIDENTS=100000 PORT=8000)
	@$(PY) -m huicheng up --residents $(RESIDENTS) --port $(PORT)

build: .venv/base.done node_modules/done  ## install and build the sample city, without serving it
	@$(PY) -m huicheng up --residents $(RESIDENTS) --build-only

test: .venv/dev.done node_modules/done  ## all tests that fit in a quarter of an hour
	@$(PY) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

test-all: .venv/dev.done node_modules/done  ## the slow suites too
	@$(PY) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder -m "slow or not slow"

test-kills: .venv/dev.done node_modules/done  ## every kill of the walking city; make test has a few of them
	@$(PY) -m pytest -m slow tests/test_kill.py

check: .venv/dev.done  ## style, types, layers, doors
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy huicheng
	@.venv/bin/lint-imports
	@$(PY) manage.py makemigrations --check --dry-run
	@echo "Style, types, layers and migrations are all good."

bench: .venv/dev.done  ## measure accuracy and speed beside a peer or the physical limit
	@for file in bench/*.py; do echo "== $$file"; $(PY) $$file || exit 1; done

lock:  ## resolve requirements again (needs uv); no package host is named
	@for set in base dev; do uv pip compile --generate-hashes --no-emit-index-url --no-annotate \
	  --python-version 3.11 -q requirements/$$set.in -o requirements/$$set.txt; done
	@uv pip compile --generate-hashes --no-emit-index-url --no-annotate --no-header --python-version 3.11 -q \
	  -c requirements/dev.txt --no-emit-package numpy --no-emit-package pyarrow \
	  requirements/clients.in -o requirements/clients.txt

messages:  ## list strings that have no English yet
	@$(PY) -m pytest tests/test_translations.py

docs:  ## write docs/doors.md from the doors
	@$(PY) -m huicheng.city.doors

screens: .venv/dev.done node_modules/done  ## take the screenshots in docs/screens/ again
	@SCREENS=docs/screens $(PY) -m pytest tests/test_screens.py

clean:  ## remove what was installed; the city in ./var stays
	rm -rf .venv node_modules

.venv/base.done: requirements/base.txt
	@echo "Installing what the city runs on ..."
	@$(if $(UV),uv venv -q --allow-existing .venv && uv pip install -q --compile-bytecode -p .venv -r requirements/base.txt,\
	  python3 -m venv .venv && .venv/bin/pip install -q --disable-pip-version-check -r requirements/base.txt)
	@$(if $(UV),uv pip install -q -p .venv --no-deps -e .,.venv/bin/pip install -q --disable-pip-version-check --no-deps -e .)
	@$(PY) -m huicheng.city.messages
	@touch $@

.venv/dev.done: .venv/base.done requirements/dev.txt requirements/clients.txt
	@echo "Installing what the tests need ..."
	@$(if $(UV),uv pip install -q --compile-bytecode -p .venv -r requirements/dev.txt,\
	  .venv/bin/pip install -q --disable-pip-version-check -r requirements/dev.txt)
	@rm -rf .venv/clients
	@$(if $(UV),uv pip install -q --compile-bytecode -p .venv --no-deps --target .venv/clients -r requirements/clients.txt,\
	  .venv/bin/pip install -q --disable-pip-version-check --no-deps --target .venv/clients -r requirements/clients.txt)
	@touch $@

node_modules/done: package-lock.json .venv/base.done
	@echo "Installing the scripts that pages load ..."
	@npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@$(PY) -m huicheng.portals.look.vendor
	@touch $@
