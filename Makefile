# fengqiao: every habit is one line. `make help` lists them.
PROFILE ?= qujing
DATA ?=
SIMULATED := data/simulated/$(PROFILE)
FENGQIAO := .venv/bin/fengqiao
IN_PARALLEL := -n 2 --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help setup browser office run stop test test-deep lint format bench dev faults screenshots docs sbom

help: ## list these targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "%-12s %s\n", $$1, $$2}'

setup: .venv/installed ## make .venv from the lock (the others call it)

.venv/installed: uv.lock pyproject.toml scripts/setup.sh
	@bash scripts/setup.sh

browser: setup
	@bash scripts/browser.sh

office: setup
	@bash scripts/office.sh

run: setup ## make a city when DATA is not given, do the main job, leave the dashboard open: make run [DATA=folder PROFILE=name]
	@$(if $(DATA),,$(FENGQIAO) simulate --out $(SIMULATED) --profile $(PROFILE))
	@$(FENGQIAO) run --data $(or $(DATA),$(SIMULATED)) --profile $(PROFILE)
	@$(FENGQIAO) dashboard --profile $(PROFILE) --background

stop: setup ## close the dashboard that make run left open
	@$(FENGQIAO) dashboard --profile $(PROFILE) --stop

test: browser office ## all tests, browser ones included
	@.venv/bin/pytest $(IN_PARALLEL)

test-deep: browser office ## all tests with many more examples, seeds, broken files and kills: hours
	@FENGQIAO_DEEP=1 FENGQIAO_KILLS=60 FENGQIAO_FUZZ=20000 .venv/bin/pytest $(IN_PARALLEL)

lint: setup ## ruff, types, layers
	@.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/basedpyright && .venv/bin/lint-imports

format: setup ## let ruff lay the code out
	@.venv/bin/ruff check --fix . && .venv/bin/ruff format .

docs: setup ## write the generated pages anew
	@.venv/bin/python scripts/house_plan.py
	@.venv/bin/python -m dagster_project.command.sample_city
	@.venv/bin/python -m features.catalogue.dictionary_page
	@.venv/bin/python -m features.catalogue.lock_file
	@.venv/bin/python -m models.escalation.sentences_page
	@.venv/bin/python -m pipelines.tables.dictionary_page
	@.venv/bin/python -m pipelines.onboarding.reference_page
	@.venv/bin/python -m models.trial.field_trial
	@.venv/bin/python tests/spec/test_features_spec.py

sbom: setup ## the bill of materials of what runs, CycloneDX, out of uv.lock
	@bash scripts/sbom.sh

bench: setup ## ratios to something run beside it
	@.venv/bin/pytest -q -s -m bench tests/bench

dev: setup ## Dagster, MLflow and the dashboard on localhost; Ctrl-C closes all three
	@$(FENGQIAO) dev --profile $(PROFILE)

faults: setup ## kill sixty weekly runs at random moments and compare what comes out
	@.venv/bin/python tests/faults/kill_runs.py --points 60

screenshots: browser ## the README's pictures, from what make run published
	@.venv/bin/python -m dashboards.screenshots --profile $(PROFILE) --out docs/images
