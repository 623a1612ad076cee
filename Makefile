# `make demo` and `make test` are all a newcomer needs: Python 3.11 or newer, pip and make.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
DEMO   ?= sakuga-demo

.PHONY: demo test test-slow test-gpu bench check clean

demo: $(VENV)/core   ## draw a reel, build it, write the dataset and its report
	$(BIN)/sakuga demo --out $(DEMO)

test: $(VENV)/dev    ## what CI runs
	$(BIN)/python -m pytest -n 2 -m "not slow and not gpu"

test-slow: $(VENV)/dev   ## kill and resume at many moments, long films, every encoding, new examples of properties
	$(BIN)/python -m pytest -n 2 -m slow --timeout 3600
	$(BIN)/python -m pytest -n 2 -m "hypothesis and not slow and not gpu" --hypothesis-profile search

test-gpu: $(VENV)/dev
	$(BIN)/python -m pytest -m gpu

bench: $(VENV)/dev   ## accuracy and speed, each beside its peer; needs ffmpeg on the PATH
	$(BIN)/python -m benchmarks

check: $(VENV)/dev   ## style, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/lint-imports

$(VENV)/core: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[text]'
	touch $@

$(VENV)/dev: $(VENV)/core
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[dev]'
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt --no-deps torch-fidelity  # a peer in tests; it would bring torchvision
	touch $@

clean:
	rm -rf $(VENV) $(DEMO) .pytest_cache .ruff_cache .hypothesis
