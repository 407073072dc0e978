# Every target does its own set-up; there is nothing to run first.
# Other folders and interpreters: make VENV=/tmp/venv PYTHON=python3.12 test

VENV ?= .venv
PYTHON ?= $(shell sh deploy/find-python.sh)
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# Without compiled files each of the tests' hundreds of processes compiles our modules anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test lint bench chaos docker documents evaluate figures gallery pictures site whole clean

demo: $(READY) ## Draw the bundled examples into demo/
	$(BIN)/mididraw demo --out demo

test: $(READY) lint ## Run every check and every test
	-sh deploy/system-packages.sh browser # without one the page's own tests are left out
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile # a file shares its servers and browser

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache --no-logo

bench: $(READY) ## Measure speed, memory and, where ../shared is, the match
	$(BIN)/mididraw bench $(if $(wildcard ../shared/data/quickdraw.ndjson.gz),--sweep ../shared/data/quickdraw.ndjson.gz)

chaos: $(READY) ## Kill workers, front-ends and Redis at random under 500 jobs; each is answered once
	$(BIN)/python -m tests.chaos.run 500

whole: $(READY) ## Start everything by the compose file's commands, kill each part under 200 jobs
	$(BIN)/python -m tests.deploy.whole 200

docker: $(READY) ## Build the images with a Docker engine of our own, start, draw, restart it all; as root
	sh deploy/system-packages.sh browser docker
	$(BIN)/python -m tests.deploy.docker

site: $(READY) ## Build the documentation's site into site/
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt '.[docs]'
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict -f deploy/mkdocs.yml

pictures: $(READY) ## Make the README's pictures anew
	$(BIN)/python docs/make_pictures.py
	$(BIN)/python -m docs.make_page

figures: $(READY) ## Measure the README's figures anew; needs ../shared and a quiet machine
	$(BIN)/python docs/make_figures.py ../shared/data

documents: pictures gallery figures ## Everything that the documents show and measure, but for docs/evaluation

gallery: $(READY) ## Make docs/gallery anew; needs ../shared
	$(BIN)/python docs/make_gallery.py ../shared/data
	$(BIN)/python docs/make_cases.py ../shared/data/cases

evaluate: $(READY) ## Measure every engine against drawings and songs into docs/evaluation; needs ../shared
	$(BIN)/mididraw evaluate --data ../shared/data

$(READY): pyproject.toml constraints.txt deploy/system-packages.sh
	sh deploy/system-packages.sh
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt $$(sh deploy/torch-index.sh) --editable '.[dev]'
	touch $@

clean:
	rm -rf $(VENV) demo mididraw-out build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
