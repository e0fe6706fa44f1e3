# Everything runs from a .venv in this folder, made on first use.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
CODE := $(wildcard desk connectors tests benchmarks)
UV := uv==0.13.9

.DEFAULT_GOAL := help
.PHONY: help desk test soak check bench pictures format lock schemas clean

help: ## Show what can be made
	@grep -E '^[a-z]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

desk: $(STAMP) ## Start the desk on paper with the demo blueprint
	$(BIN)/desk run --blueprint blueprints/demo.yaml

test: $(STAMP) ## Run the tests (ARGS=... is passed to pytest)
	$(BIN)/python -m pytest -n 3 $(ARGS)

soak: $(STAMP) ## Run the long tests: every crash point, many seeds, half an hour at an exchange (about an hour)
	$(BIN)/python -m pytest -n 2 -m soak --timeout 1800 $(ARGS)
	$(if $(ARGS),,DESK_EXAMPLES=10 $(BIN)/python -m pytest -n 2 --timeout 1800 tests/property)

check: $(STAMP) ## Format, lint, types, imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy $(CODE)
	$(BIN)/lint-imports

format: $(STAMP) ## Rewrite the code as `make check` wants it
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

bench: $(STAMP) ## Measure the hot paths
	$(BIN)/python -m benchmarks

pictures: $(STAMP) ## Draw the pictures of the pages anew (DATA=... is a folder of recorded prices, for the workers')
	$(BIN)/desk demo --pictures docs/pictures
	$(if $(DATA),$(BIN)/python -m tests.worker_pictures --data $(DATA),@echo "The workers' pictures stay: DATA is not given.")

schemas: $(STAMP) ## Export the JSON schemas of the configuration files
	$(BIN)/python -m desk.config.export_schemas

lock: $(STAMP) ## Resolve the dependencies anew into requirements.lock
	$(BIN)/python -m pip install "$(UV)"
	$(BIN)/uv pip compile pyproject.toml --all-extras --group dev --no-config --universal --python-version 3.11 \
		--upgrade --generate-hashes --no-emit-index-url --no-emit-find-links \
		--custom-compile-command "make lock" --quiet --output-file requirements.lock

clean: ## Remove what was made, the .venv too
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis build dist
	find $(CODE) -name __pycache__ -type d -prune -exec rm -rf {} +

# A .venv that works is kept; one that is missing, too old or moved is made anew.
$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "The desk needs Python 3.11 or later; say which: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "Making .venv ..."; $(PYTHON) -m venv --clear .venv; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip
	@echo "Installing the desk and its tools into .venv (once; about a minute) ..."
	$(BIN)/python -m pip install --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --no-deps --no-build-isolation -e .
	@touch $@
