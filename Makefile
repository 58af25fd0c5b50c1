# Two commands: `make run` and `make test`. Each sets up all it needs; a second call starts at once.
.DEFAULT_GOAL := help
.PHONY: help run serve sql status test check coverage bench campaign wrongness mutants spark faults vigilance lint format docs dagster readme lock clean
SHELL := /bin/sh
BIN := .venv/bin
READY := .venv/ready
# A container's image often forbids compiled modules; commands and tests start many Pythons, each of which needs them.
export PYTHONDONTWRITEBYTECODE :=

help: ## what can be made here
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' Makefile

# The stamp names what was installed, so that a new lock file installs again and nothing else does.
$(READY): requirements.lock pyproject.toml
	@sh scripts/setup.sh

run: $(READY) ## the nightly job on data/raw; where that is empty, on a synthetic province it writes first
	@$(BIN)/tthc run --sample-if-empty

serve: $(READY) ## the public site of the newest version, on this machine only
	@$(BIN)/tthc serve

sql: $(READY) ## a prompt on the newest version, read only
	@$(BIN)/tthc sql

status: $(READY) ## what is published, what came, what is held and what to do
	@$(BIN)/tthc status

test: $(READY) ## the tests that guard a change (make campaign: what takes longer)
	@$(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder

check: $(READY) lint ## lint and the quick unit tests, in a minute (the first time two)
	@$(BIN)/python -m pytest tests/unit -m "not slow and not campaign" -n 2 --dist worksteal

coverage: $(READY) ## the tests of single functions with the share of lines and branches that they reach, and its floor
	@$(BIN)/python -m pytest tests/unit tests/open_data tests/gate tests/site -m "not campaign" -n 2 \
		--dist worksteal --cov --cov-report term:skip-covered

wrongness: $(READY) ## reads files made to mislead readers and counts what came in wrong unnoticed
	@$(BIN)/python -m tests.campaign.wrongness

mutants: $(READY) ## spoils the SQL behind the indicators in every small way and counts what the tests notice (slow)
	@$(BIN)/python -m tests.campaign.mutants

campaign: $(READY) ## what takes longer than the suite: a night of a million dossiers, misleading files, a part of the faults
	@$(MAKE) --no-print-directory coverage
	@$(BIN)/python -m pytest --campaign -m campaign -n 2 --dist worksteal
	@$(BIN)/python -m benchmarks.real_size $(SIZE)
	@$(BIN)/python -m tests.campaign.wrongness
	@$(BIN)/python -m tests.campaign.faults $(or $(FAULTS),--few)

faults: $(READY) ## does to whole nights what can go wrong and counts what came of it (hours; FAULTS=--few takes minutes)
	@$(BIN)/python -m tests.campaign.faults $(FAULTS)

vigilance: $(READY) ## falsifies deliveries and counts what the gate notices, and honest ones that it holds (hours; VIGILANCE=…)
	@$(BIN)/python -m tests.campaign.vigilance $(VIGILANCE)

lint: $(READY) ## style, types and SQL format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/sqlfmt --check --no-progressbar dbt_project dbt_metrics pipelines
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/mypy

format: $(READY) ## puts Python and SQL into the one style
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format --quiet .
	@$(BIN)/sqlfmt --quiet dbt_project dbt_metrics pipelines

bench: $(READY) ## times our nights beside scripts that check nothing, on the same files (BENCH="--size 1000000 …")
	@$(BIN)/python -m benchmarks $(BENCH)

# Beside .venv/ready, which is of requirements.lock alone: who needs no Spark installs none.
SPARK := .venv/spark
$(SPARK): $(READY) requirements-spark.lock
	@sh scripts/setup_spark.sh

spark: $(SPARK) ## installs Spark into .venv, so that `tthc run --engine spark` and the tests of it run (half a gigabyte)

docs: $(READY) ## rebuilds what is made from contracts and registers: parts of docs/, and what dbt knows of sources
	@$(BIN)/python -m scripts.docs

readme: $(READY) ## runs what the READMEs quote and writes the real output into them
	@$(BIN)/python -m scripts.readme

dagster: $(READY) ## Dagster's own page: asset graph, checks, runs, schedule
	@$(BIN)/tthc dagster $(if $(PORT),--port $(PORT))

lock: ## writes requirements.lock anew from pyproject.toml (needs uv)
	@uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--extra dev pyproject.toml -o requirements.lock
	@uv pip compile --universal --python-version 3.11 --generate-hashes --no-deps --no-emit-index-url --no-header \
		requirements-spark.in -o requirements-spark.lock

clean: ## removes caches and the virtual environment; data/ stays
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
