# Two commands: `make run` shows the product, `make test` proves it. `make help` lists the rest.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
DATA   ?= .tapstone
.DEFAULT_GOAL := help

.PHONY: help run demo test lint clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: $(VENV)/run.stamp ## start acquirer, terminal and page (FRESH=1 starts anew, PORT=n picks the port)
	@$(BIN)/tapstone run --data $(DATA) $(if $(FRESH),--fresh) $(if $(PORT),--port $(PORT))

demo: $(VENV)/run.stamp ## the story without a browser, in about half a minute
	@$(BIN)/tapstone demo

test: $(VENV)/test.stamp ## every check: lint, types, compile, firmware, host, end to end
	@sh tests/install_system_packages.sh
	@$(BIN)/python -m pytest -n 2 --dist loadfile $(TESTS)

lint: $(VENV)/test.stamp ## only the static checks
	@$(BIN)/python -m pytest -q tests/host/test_style.py tests/host/test_types.py

clean: ## remove what was built and the virtual terminal's data
	rm -rf $(VENV) build .typings $(DATA)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Tapstone needs Python 3.11 or newer; $(PYTHON) is older. Use PYTHON=python3.x make ..." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { rm -rf $(VENV); echo "Could not make a virtual environment. On Debian: apt-get install python3-venv" >&2; exit 1; }

$(VENV)/run.stamp: pyproject.toml | $(VENV)/bin/python
	@echo "Setting up $(VENV) (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/test.stamp: pyproject.toml | $(VENV)/bin/python
	@echo "Setting up $(VENV) with the test tools (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test]'
	@touch $@ $(VENV)/run.stamp
