# Every target makes .venv by itself where it is missing or pyproject.toml has changed.
#     make demo PYTHON=python3.12     with another interpreter

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check
STAMP := $(VENV)/.labgrade-installed
OUT ?= reports
JOBS ?= 2

# A thread a process: the suite and the grader run processes side by side.
export OMP_NUM_THREADS ?= 1

.DEFAULT_GOAL := help
.PHONY: help demo test test-all lint types stubs bench clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("labgrade needs Python 3.11 or newer; try: make PYTHON=python3.11" if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing labgrade and its tools into $(VENV); the first time takes some minutes."
	$(PIP) --upgrade 'pip>=25.1'
	$(PIP) --editable . --group dev
	@touch $@

demo: $(STAMP) ## grade the sample submissions and say where the report lies
	$(BIN)/labgrade grade $$($(BIN)/python -c 'from labgrade.course import find_course; print(*find_course().demo)') --out $(OUT)

test: $(STAMP) ## the fast suite
	$(BIN)/pytest -n $(JOBS) --dist loadgroup -m "not slow"

test-all: $(STAMP) ## the whole suite
	$(BIN)/pytest -n $(JOBS) --dist loadgroup

lint: $(STAMP) ## style, formatting, import contracts, generated stubs
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports --no-cache
	$(BIN)/labgrade author build --check

types: $(STAMP) ## the type checker
	$(BIN)/mypy

stubs: $(STAMP) ## write stubs and notebooks again from reference_solutions/
	$(BIN)/labgrade author build

bench: $(STAMP) ## measure the overhead of grading
	$(BIN)/python -m benchmarks

clean: ## remove caches, build output and reports; .venv stays
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -path ./$(VENV) -prune -o -name __pycache__ -type d -exec rm -rf {} +
	find reports -mindepth 1 ! -name README.md -delete 2>/dev/null || true
