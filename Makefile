# Every verb works on a fresh machine with Python 3.11 or newer; a second call does only what changed.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PIP := -m pip --quiet --disable-pip-version-check
# One order of the tests in CI, a new one at each run elsewhere; both are printed.
ORDER := $(if $(CI),--randomly-seed=20131231,)
# A file of tests runs in one process: what it starts (servers, browsers) is started once.
WORKERS ?= -n auto --dist loadfile
ARGS ?=

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: $(VENV)/.demo ## a real model's year: flights of 2013, replayed day by day
	$(VENV)/bin/vedette demo flights $(ARGS)

.PHONY: test
test: $(VENV)/.dev debian ## all tests (ARGS="-k psi" for some)
	$(PY) -m pytest $(ORDER) $(WORKERS) $(ARGS)

.PHONY: test-integrations
test-integrations: $(VENV)/.dev ## tests against other products, each skipped with a reason where it is absent
	$(PY) -m pytest $(ORDER) tests/integrations $(ARGS)

.PHONY: check
check: $(VENV)/.dev ## style, types, layers, heavy imports, generated pages, examples, budgets
	@$(PY) tools/check.py $(ARGS)

.PHONY: format
format: $(VENV)/.dev ## rewrite what style and format complain about, where it is safe
	$(VENV)/bin/ruff check --fix --quiet || true
	$(VENV)/bin/ruff format

.PHONY: docs
docs: gen ## the generated pages, then every example on every page
	$(PY) tools/examples.py

.PHONY: pictures
pictures: $(VENV)/.dev ## draw the pictures of the pages from their examples (ARGS=promise for one)
	$(PY) tools/pictures.py $(ARGS)

.PHONY: screens
screens: $(VENV)/.demo $(VENV)/.dev ## photograph the server's pages with the demo's year (ARGS="--data ARCHIVE" without network)
	$(PY) tools/screens.py $(ARGS)

.PHONY: gen
gen: $(VENV)/.dev ## write what is derived from the code: tables and lists in the pages
	$(PY) tools/gen.py

.PHONY: new
new: $(VENV)/.dev ## a skeleton: make new kind=metric name=drift/psi
	@$(PY) tools/new.py $(kind) $(name)

.PHONY: bench
bench: $(VENV)/.dev ## the numbers that the README quotes
	$(PY) benchmarks/compare.py $(ARGS)

.PHONY: wheel
wheel: $(VENV)/.dev ## build dist/vedette-*.whl
	rm -rf dist
	$(PY) $(PIP) wheel --no-deps --wheel-dir dist .

.PHONY: wheels
wheels: $(VENV)/.dev ## whether every dependency has wheels for every Python and platform
	$(PY) tools/wheels.py

.PHONY: newest
newest: wheel ## the wheel in a clean environment with the newest versions our ranges allow
	$(call try-in,build/newest,)

.PHONY: oldest
oldest: wheel ## the same with the oldest versions we promise
	mkdir -p build && $(PY) tools/bounds.py > build/oldest.txt
	$(call try-in,build/oldest,--constraint build/oldest.txt)

.PHONY: changelog
changelog: $(VENV)/.dev ## gather changelog.d into CHANGELOG.md (at a release)
	$(VENV)/bin/towncrier build --yes

.PHONY: debian
debian: ## what tests need of the machine: browser, Prometheus, PostgreSQL; installed when absent and we are root
	@tools/debian

.PHONY: clean
clean: ## forget everything that was built, installed or cached here
	rm -rf $(VENV) build dist .cache .hypothesis

# try-in FOLDER, PIP FLAGS: a clean environment, the wheel, the command, a small comparison
define try-in
rm -rf $(1)
$(PYTHON) -m venv $(1)
$(1)/bin/python $(PIP) install $(2) dist/vedette-*.whl
$(1)/bin/vedette --help > $(1)/help.txt
$(1)/bin/python tools/smoke.py
endef

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.%: pyproject.toml | $(PY)
	$(PY) $(PIP) install --editable '.[$*]'
	@touch $@
