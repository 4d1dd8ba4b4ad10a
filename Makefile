# One virtual environment for all targets; `make help` lists them.

VENV := .venv
PY := $(VENV)/bin/python
# The first Python on this machine that is new enough; or: make app PYTHON=/path/to/python
PYTHON ?= $(shell for p in python3 python3.11 python3.12 python3.13; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
# Where pip finds torch, when set: make app TORCH_INDEX=https://download.pytorch.org/whl/cpu
TORCH_INDEX ?=
# Passed on: make app ARGS="--port 7870", make test TESTS=tests/unit PYTEST_ARGS=-x
ARGS ?=
TESTS ?= tests
PYTEST_ARGS ?=
WORKERS ?= 3

.DEFAULT_GOAL := help
.PHONY: help app test lint format bench soak chromium clean

help:  ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

app: $(VENV)/.app  ## install what is missing and open the dashboard; ARGS="…" passes options
	@$(PY) app.py $(ARGS)

test: $(VENV)/.dev chromium  ## all tests, offline; TESTS="…" and PYTEST_ARGS="…" narrow them
	$(PY) -m pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS) $(TESTS)

lint: $(VENV)/.dev  ## style, formatting, types
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

format: $(VENV)/.dev  ## let ruff format the code and sort the imports
	$(PY) -m ruff check --select I --fix .
	$(PY) -m ruff format .

bench: $(VENV)/.dev  ## timings; figures, not tests
	$(PY) -m pytest -q -s -o python_files='bench_*.py' tests/benchmarks

soak: $(VENV)/.dev chromium  ## tests that run for minutes
	$(PY) -m pytest -q -m soak $(PYTEST_ARGS) $(TESTS) || [ $$? = 5 ]  # 5: there are none

clean:  ## remove the environment, caches and build files; runs/ stays
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find app.py core train dashboard tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.made:
	@test -n "$(PYTHON)" || { echo "Tandem needs Python 3.11 or newer: install it, or name one with PYTHON=…" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Tandem needs Python 3.11 or newer; $(PYTHON) is " + sys.version.split()[0] + ".")'
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.app: pyproject.toml | $(VENV)/.made
	@echo "Installing Tandem into $(VENV); the first time takes a few minutes."
	$(call install,.)
	@touch $@

$(VENV)/.dev: pyproject.toml | $(VENV)/.made
	@echo "Installing Tandem and its test tools into $(VENV); the first time takes a few minutes."
	$(call install,.[dev])
	@touch $@ $(VENV)/.app

# torch first from an index of its own where one is named, then all the rest
define install
$(if $(TORCH_INDEX),$(PY) -m pip install -q --index-url $(TORCH_INDEX) "$$($(PY) -c 'import tomllib; print(tomllib.load(open("pyproject.toml", "rb"))["project"]["dependencies"][0])')")
$(PY) -m pip install -q -e "$(1)"
endef

# Browser tests need a Chromium; without one they are skipped, and say so.
chromium:
	@if command -v chromium >/dev/null || command -v chromium-browser >/dev/null \
		|| command -v google-chrome >/dev/null; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ]; then as_root=""; \
	elif sudo -n true 2>/dev/null; then as_root="sudo -n"; \
	else echo "No Chromium, and no right to install it: browser tests will be skipped."; exit 0; fi; \
	if ! command -v apt-get >/dev/null; then \
		echo "No Chromium, and no apt-get to install it: browser tests will be skipped."; exit 0; fi; \
	echo "Installing Chromium for the browser tests."; \
	{ $$as_root apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
		$$as_root apt-get install -y -qq --no-install-recommends chromium fonts-noto-color-emoji >/dev/null; } \
		|| echo "Chromium could not be installed: browser tests will be skipped."
