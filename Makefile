# What CI runs is what a person runs. Needs Python 3.11 or newer, git and make.
PYTHON ?= python3
BIN := .venv/bin
# One more than there are cores: some tests wait for others.
WORKERS := $(shell expr $$(nproc 2> /dev/null || echo 2) + 1)
PYTEST := $(BIN)/pytest -n $(WORKERS) --dist worksteal
LIBRARY := workflows/library/intent_triage

.PHONY: installed setup found test test-slow test-all chaos check lint demo sample real promise bench soak pictures lock sbom clean

# What runs Countersign, and with it what tests and checks it.
installed: $(if $(wildcard .venv/ready),.venv/ready,.venv/installed)
setup: .venv/ready

.venv/installed: requirements.lock pyproject.toml
	$(call install,requirements.lock)

.venv/ready: requirements-dev.lock pyproject.toml
	$(call install,requirements-dev.lock)

# Nothing is compiled ahead: of all that is installed the demo imports a quarter, and Python compiles that once.
define install
@$(PYTHON) -c 'import sys; sys.exit("Countersign needs Python 3.11 or newer, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
@echo "Installing what $(1) names into .venv, once: about 100 MB. With a fast line it takes half a minute."
@$(PYTHON) -m venv .venv
@$(call fetch,--require-hashes -r $(1))
@$(call fetch,--no-deps --no-build-isolation -e .)
@touch $@
endef

# uv, where there is one, loads several at once. Where it cannot, as behind an index that only pip knows of, pip does it.
define fetch
{ command -v uv && uv pip install --quiet --python $(BIN)/python $(1); } > /dev/null || $(BIN)/python -m pip install --quiet --no-compile $(1)
endef

# Else each worker, and each process that a test starts, would compile all of it anew.
unexport PYTHONDONTWRITEBYTECODE

# The tests of every room, in three minutes on two cores. Left out is what is marked slow.
test: setup
	$(PYTEST) -m "not slow"

# That: processes, browsers, chaos, corners of the command line, wide products, and on PostgreSQL what SQLite tells as well.
test-slow: setup
	$(PYTEST) -m slow

# All tests, in one run: to find them takes each worker a dozen seconds.
test-all: setup
	$(PYTEST)

# Only finds them, and so compiles what they load: after a checkout that takes half a minute, and each worker would do it.
found: setup
	$(BIN)/pytest --collect-only --quiet > /dev/null

# All that may go wrong, at every point of the way: about ten minutes, a seed, and a table. ARGS="--seed N" replays it.
chaos: setup
	$(BIN)/python -m tests.chaos $(ARGS)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# All that has to be green before a change lands.
check: lint test

# Countersign in one minute: a local Slack in the browser, tickets, invoices as text and PDFs. ARGS=--headless plays it by itself.
demo: installed
	$(BIN)/countersign demo $(ARGS)

# The sample messages that come with Countersign, through the whole pipeline.
sample: installed
	rm -rf build/sample && mkdir -p build/sample
	cd build/sample && ../../$(BIN)/countersign run ../../$(LIBRARY)/sample.csv --workflow intent-triage \
		--examples ../../$(LIBRARY)/sample_examples.csv --label queue

# 2,003 real messages, measured: MESSAGES names a folder with Banking77's train.csv and stream.csv.
real: setup
	$(BIN)/python -m benchmarks.learning.real_messages $(MESSAGES)

# 500 simulated runs of earned autonomy on the same real messages, beside other methods: prints the tables. ARGS=--quick for
# a few on made-up cases, which need no folder; ARGS=--write for the documents.
promise: setup
	$(BIN)/python -m benchmarks.autonomy.promise $(MESSAGES) $(ARGS)

# Speed beside other engines, clicks, asking a model, how cost grows, waiting: prints what it finds. ARGS=--quick for small
# numbers, ARGS=--write for benchmarks/RESULTS.md and the documents, ARGS="growth --million" for one of them and a million
# stored cases, ARGS="throughput --before DIR" for an earlier checkout beside this one. Linux; the peers get environments of
# their own in build/. TMPDIR says which disk. What is written is written after each round, so it may be ended at any time.
bench: setup
	$(BIN)/python -m benchmarks $(ARGS)

# Hours of the whole program with everything switched on: memory, files, threads, warnings, and what was lost, doubled, wrong or
# silent. ARGS="--minutes 10 --database sqlite" for a short one. Linux.
soak: setup
	$(BIN)/python -m benchmarks soak $(ARGS)

# The pictures of the documents, taken anew of the product in the sandbox: needs Chromium. NAMES="card grid" for some of them.
pictures: setup
	$(BIN)/python -m tests.browser.pictures $(NAMES)

# Pin the dependencies anew, free of any machine's own package index. Needs uv.
lock:
	uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 \
		--extra local --extra mail --extra mcp --extra otel --extra postgres --extra build pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 \
		--extra dev pyproject.toml -o requirements-dev.lock

# What is in a release, in build/: an SBOM (CycloneDX) of what the lock installs, and its licences. It fails where one is not
# allowed. INSTALLED=/opt/countersign/bin/python says it of an installation, with the extras that were chosen there.
sbom: setup
	@mkdir -p build
	$(if $(INSTALLED),,@$(PYTHON) -m venv --clear build/released \
		&& build/released/bin/python -m pip install --quiet --no-compile --require-hashes -r requirements.lock \
		&& build/released/bin/python -m pip install --quiet --no-compile --no-deps --no-build-isolation .)
	$(BIN)/cyclonedx-py environment --pyproject pyproject.toml --mc-type application --sv 1.6 --output-reproducible \
		-o build/sbom.cdx.json $(or $(INSTALLED),build/released/bin/python)
	$(BIN)/python -m release.licences build/sbom.cdx.json build/licences.md

clean:
	rm -rf .venv build/released .mypy_cache .ruff_cache .pytest_cache .hypothesis
