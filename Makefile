# The four things one does here: make demo, make test, make check, make setup. `make` alone says so.
BIN := .venv/bin
JOBS ?= 3
# The tests start Python some hundred times: what is compiled is worth keeping.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup demo test check format lock screenshots clean

help:
	@echo "make demo    run the whole product on this machine, with simulated telephones"
	@echo "make test    run the whole test suite (ARGS='tests/rules -k deadline' for some of it)"
	@echo "make check   format, lint, types and walls, in under a minute"
	@echo "make setup   only make the environment in .venv, with $(BIN)/hotline"
	@echo "make format  put the code into shape"
	@echo "make lock    write the two lock files anew from pyproject.toml (UPGRADE=1: with the newest versions)"
	@echo "make screenshots  take the pictures of docs/screenshots anew"
	@echo "make clean   remove .venv, var and what the tools left"

setup: .venv/.installed

.venv/.installed: pyproject.toml requirements.lock tools/setup.sh
	@sh tools/setup.sh
	@touch $@

demo: setup
	@exec $(BIN)/hotline demo

test: setup
	@$(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(ARGS)

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy --strict
	$(BIN)/lint-imports

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# A lock holds names, versions and hashes only: no index, no path, nothing of the machine it was made on.
COMPILE = $(BIN)/uv pip compile --no-config --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --quiet

lock: setup
	$(COMPILE) $(if $(UPGRADE),--upgrade) --extra dev --output-file requirements.lock pyproject.toml
	echo setuptools | $(COMPILE) --upgrade --constraints requirements.lock --output-file deploy/requirements.lock \
	  pyproject.toml -
	@touch .venv/.installed

screenshots: setup
	HOTLINE_SCREENSHOTS=$(CURDIR)/docs/screenshots $(BIN)/python -m pytest tests/journeys/test_newcomer.py \
	  tests/console/test_browser.py::test_a_voice_comment_is_played_from_the_middle_and_settled \
	  tests/console/test_browser.py::test_evidence_an_explanation_and_the_register_in_a_real_browser

clean:
	rm -rf .venv var build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
