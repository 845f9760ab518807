# Everything a newcomer needs: `make demo`, `make test`. Both set up what they need first.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
UV := 0.13.8
# without compiled modules every command of a fresh environment takes seconds longer to start
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup demo test check bench bench-elasticsearch bench-daily bench-lacking bench-kills bench-damage bench-object-store bench-service bench-spark bench-quality bench-scale headline lock clean

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 24

setup: $(VENV)/.installed ## Set up .venv with the exact versions of requirements.lock

$(VENV)/.installed: requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is not on the PATH; expected Python 3.11 or 3.12 (set PYTHON=...)" >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet uv==$(UV)
	$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup ## Crawl the bundled sample site and show top terms and neighbours
	$(BIN)/topterms demo

test: setup ## Run all tests; as root on Debian, install first what some need: a JDK and nginx, Chromium, Go
	tests/elasticsearch_node/install.sh
	tests/service/page/install.sh
	tests/object_store/install.sh
	$(BIN)/python -m pytest

check: setup ## Lint, check types and the import contract
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup ## Measure the speed of every stage against its peer
	$(BIN)/python -m bench

bench-elasticsearch: setup ## Ways of asking Elasticsearch, side by side: make bench-elasticsearch LAKE=DIR
	$(BIN)/python -m bench.elasticsearch "$(LAKE)"

bench-daily: setup ## Replay dated posts day by day: make bench-daily DOCUMENTS=posts.jsonl CATALOG=catalog.csv
	$(BIN)/python -m bench.daily --documents "$(DOCUMENTS)" --catalog "$(CATALOG)"

bench-lacking: setup ## Crawl a real blog on 40 of its days: make bench-lacking REPOSITORY=lacking.git CATALOG=catalog.csv
	$(BIN)/python -m bench.lacking --repository "$(REPOSITORY)" --catalog "$(CATALOG)"

bench-kills: setup ## Kill the daily run at 100 random moments and compare with one that nobody disturbed
	$(BIN)/python -m bench.kills --kills 100 --seed 1

bench-damage: setup ## Damage 4,000 WARC files at random: is it told, and what stood before it kept?
	$(BIN)/python -m bench.damage --files 2000 --seed 1

bench-object-store: setup ## The daily run on a lake in a folder and on an object store: time and requests
	tests/object_store/install.sh
	$(BIN)/python -m bench.object_store

bench-service: setup ## How fast the HTTP service answers at 100,000 artists, with 1, 8 and 32 clients
	$(BIN)/python -m bench.service --processes 1 2

bench-spark: setup ## One machine against Spark: make bench-spark DOCUMENTS=posts.jsonl CATALOG=catalog.csv
	$(BIN)/python -m bench.spark --documents "$(DOCUMENTS)" --catalog "$(CATALOG)"

bench-quality: setup ## Quality against peers and floors: make bench-quality DATA=DIR CATALOG=FILE REVIEWS=GIT POSTS=GIT
	$(BIN)/uv pip install --quiet --python $(BIN)/python --editable '.[peers]'
	$(BIN)/python -m bench.quality --data "$(DATA)" $(if $(CATALOG),--catalog "$(CATALOG)") \
		$(if $(REVIEWS),--reviews "$(REVIEWS)") $(if $(POSTS),--posts "$(POSTS)")

bench-scale: setup ## How time, memory and bytes of weighing and publishing grow with the documents, and what ten million would take
	$(BIN)/python -m bench.scale

headline: setup ## Neighbours of the headline benchmark: make headline DATA=DIR OUT=neighbors.jsonl
	$(BIN)/python -m bench.headline --data "$(DATA)" --out "$(OUT)"

lock: ## Write requirements.lock anew from pyproject.toml
	$(BIN)/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --extra dev --output-file requirements.lock pyproject.toml

clean: ## Remove what was made here, the demo included
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis demo
