# The words a newcomer types. `make` alone lists them.
.DEFAULT_GOAL := help
SHELL := /bin/sh
VENV ?= .venv
BIN := $(VENV)/bin
TASKS ?= digit image house forecast sentiment gan
# The first Python from 3.11 to 3.13 that really runs.
SUITABLE := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
FIND_PYTHON = for name in $(PYTHON) python3 python3.13 python3.12 python3.11 python; do \
	"$$name" -c "$(SUITABLE)" 2>/dev/null && { command -v "$$name"; exit 0; }; done; \
	echo "No Python from 3.11 to 3.13 was found. Install one, or name it: make PYTHON=/path/to/python" >&2; exit 1

.PHONY: help run test check train evaluate results bench publish space messages browser

help: ## list these words
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/'

run: $(VENV)/.app ## start the hub and print its address (flags: make run ARGS="--port 8000")
	$(BIN)/python app.py $(ARGS)

test: $(VENV)/.dev browser ## run every test
	$(BIN)/python -m pytest $(ARGS)

check: $(VENV)/.dev ## look for mistakes of style
	$(BIN)/ruff check . && $(BIN)/ruff format --check .

train: $(VENV)/.train ## train every network (flags: make train ARGS="--data DIR")
	for task in $(TASKS); do $(BIN)/python -m training.$$task --network all $(ARGS) || exit 1; done

evaluate: $(VENV)/.train ## measure the committed networks again (needs the data: ARGS="--data DIR")
	for task in $(TASKS); do $(BIN)/python -m training.$$task --network all --evaluate $(ARGS) || exit 1; done

results: $(VENV)/.app ## print the one table of all networks
	@$(BIN)/python -m training.results

bench: $(VENV)/.app ## time the start, a class of thirty, and one answer of each network beside Keras' own ways
	$(BIN)/python -m benchmarks.start && $(BIN)/python -m benchmarks.classroom && $(BIN)/python -m benchmarks.answers $(ARGS)

publish: $(VENV)/.app ## push every trained network to the Hub (make publish OWNER=name; TAG=v1 or ARGS="--force" too)
	@test -n "$(OWNER)" || { echo "Say whose: make publish OWNER=name-on-the-Hub" >&2; exit 2; }
	$(BIN)/python -m training.push models/pretrained/*/ --to "$(OWNER)" $(if $(TAG),--tag "$(TAG)") $(ARGS)

space: $(VENV)/.app ## make or update a Space that shows this hub (make space OWNER=name; NAME=x or ARGS=--private too)
	@test -n "$(OWNER)" || { echo "Say whose: make space OWNER=name-on-the-Hub" >&2; exit 2; }
	$(BIN)/python -m training.space --to "$(OWNER)" $(if $(NAME),--name "$(NAME)") $(ARGS)

messages: $(VENV)/.dev ## collect the texts to translate, then compile the translations
	$(BIN)/pybabel -q extract -F babel.cfg --no-location -o locale/hub.pot .
	$(BIN)/pybabel -q update -D hub -d locale -i locale/hub.pot --no-fuzzy-matching --ignore-obsolete --no-wrap
	$(BIN)/pybabel -q compile -D hub -d locale
	rm locale/hub.pot

browser: $(VENV)/.dev
	@$(BIN)/python -m tests.install_browser

$(VENV)/bin/python:
	@python=$$($(FIND_PYTHON)) && echo "Making $(VENV) with $$python" && "$$python" -m venv $(VENV)

$(VENV)/.app: requirements.txt | $(VENV)/bin/python
	@echo "Installing the packages of the app; this takes a few minutes the first time ..."
	@$(BIN)/python -m pip install -q -r requirements.txt
	@touch $@

$(VENV)/.train: requirements-train.txt requirements.txt | $(VENV)/bin/python
	@echo "Installing the packages for training ..."
	@$(BIN)/python -m pip install -q -r requirements-train.txt
	@touch $@ $(VENV)/.app

$(VENV)/.dev: requirements-dev.txt requirements-train.txt requirements.txt | $(VENV)/bin/python
	@echo "Installing the packages for the tests ..."
	@$(BIN)/python -m pip install -q -r requirements-dev.txt
	@touch $@ $(VENV)/.train $(VENV)/.app
