# Everything works on a bare Python 3.11 with pip: the first run makes .venv by itself.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.PHONY: demo test lint types check clean

# The stamp is written last, so an interrupted first run starts over.
$(STAMP): pyproject.toml
	@echo "Setting up .venv (once, about 20 seconds) ..."
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: $(STAMP)
	@$(BIN)/bucketry demo

test: $(STAMP)
	@$(BIN)/pytest -n auto -q

lint: $(STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(STAMP)
	@$(BIN)/mypy
	@$(BIN)/pyright --pythonpath $(BIN)/python

check: lint types test

clean:
	rm -rf .venv
