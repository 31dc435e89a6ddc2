# One command per task. `make demo` and `make test` do all set-up on a fresh machine.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PORT ?= 8000
BENCH_STAMP := $(VENV)/.bench-installed
DOCS_STAMP := $(VENV)/.docs-installed

.PHONY: help install demo serve test check format bench mutation soak docs package browser postgres sbom audit clean

help:  ## What there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: $(STAMP)  ## Make .venv with everything in it

# venv without pip and `pip --python` work where Debian's python3-venv is not installed
$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("Umkreis needs Python 3.11 or newer: make PYTHON=python3.11 …" if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m pip --version >/dev/null 2>&1 || { echo "pip is missing: apt-get install python3-pip" >&2; exit 1; }
	@echo "Umkreis is being installed into $(VENV): some minutes without a word, about 2 GB"
	$(PYTHON) -m venv --without-pip $(VENV)
	$(PYTHON) -m pip --python $(BIN)/python install -q --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@$(BIN)/python -m geo.reach.warm
	@touch $@

demo: install  ## Build the demo regions and serve them on http://127.0.0.1:8000 (or PORT=…)
	$(BIN)/umkreis serve neubrandenburg toy --port $(PORT)

browser:
	@tools/install-browser.sh

postgres:
	@tools/install-postgres.sh

test: install browser postgres  ## Run every test, browser tests included
	$(BIN)/pytest -n auto

check: install  ## Lint and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: install  ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

$(BENCH_STAMP): $(STAMP)
	$(PYTHON) -m pip --python $(BIN)/python install -q --disable-pip-version-check -c constraints.txt -e '.[dev,bench]'
	@touch $@

bench: $(BENCH_STAMP)  ## Measure against peers (see benchmarks/README.md)
	$(BIN)/python -m benchmarks.run

$(DOCS_STAMP): $(STAMP)
	$(PYTHON) -m pip --python $(BIN)/python install -q --disable-pip-version-check -c constraints.txt -e '.[dev,docs]'
	@touch $@

docs: $(DOCS_STAMP)  ## Build the documentation site in build/site; a broken link is an error
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict

mutation: install  ## Change the code in small ways and see whether the tests notice (about two hours)
	$(BIN)/python -m benchmarks.mutation

soak: $(BENCH_STAMP) postgres  ## Long tests of the register: killed and random writers, 10,000 questions (about an hour)
	$(BIN)/python -m benchmarks.register_crash --rounds 20 --minutes 10
	$(BIN)/python -m benchmarks.register_queries
	SOAK=10 $(BIN)/pytest -q tests/layers/register/test_model.py tests/layers/register/test_writers.py
	SOAK=1 $(BIN)/pytest -q tests/faults
	$(BIN)/python -m benchmarks.soak --minutes 10
	SOAK=1 $(BIN)/pytest -q tests/security/test_answers.py tests/browser/test_hostile_texts.py
	$(BIN)/python -m benchmarks.fuzz --seconds 60

package: install  ## Build wheel and sdist in dist/, install the wheel into build/package and ask it
	rm -rf dist build/package
	$(BIN)/python -m hatchling build
	$(PYTHON) -m venv --without-pip build/package
	$(PYTHON) -m pip --python build/package/bin/python install -q --disable-pip-version-check -c constraints.txt dist/*.whl
	build/package/bin/python -P -m geo.reach.warm
	cd build && package/bin/umkreis --version && UMKREIS_STATE_DIR=state package/bin/umkreis doctor --port $(PORT) \
		&& UMKREIS_STATE_DIR=state package/bin/umkreis coverage neubrandenburg -c library --lang en

sbom: install  ## Write the bill of materials, CycloneDX, to build/umkreis.cdx.json
	$(BIN)/python tools/sbom.py

audit:  ## Look each pinned package up in the lists of known holes (needs the internet)
	$(PYTHON) -m venv --without-pip build/audit
	$(PYTHON) -m pip --python build/audit/bin/python install -q --disable-pip-version-check pip-audit
	build/audit/bin/pip-audit -r constraints.txt --no-deps --disable-pip --strict

clean:  ## Remove what the other targets made
	rm -rf $(VENV) var build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
