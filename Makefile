# Loyalty Ladder. `make run` and `make test` each do all the set-up on a machine with Python 3.11+ and make.
PYTHON ?= python3
VENV := .venv
OUT ?= output
ORDERS ?= 20000000

# Passed by the environment, so that no shell reads what is in a path.
export DATA AS_OF OUT DSN READER ERASE PERSONAL LABELS PORT PASSWORD QUERY
# What else PERSONAL may hold is nobody's consent.
CONSENT = $(if $(filter-out yes no,$(PERSONAL)),$(error PERSONAL=$(PERSONAL) says neither yes nor no),$(filter yes,$(PERSONAL)))
DISCLOSURE = $(if $(CONSENT),--with-personal-data) $${ERASE:+--erase "$$ERASE"}
ARGUMENTS = $${DATA:+--data "$$DATA"} $${AS_OF:+--as-of "$$AS_OF"} --out "$$OUT" $(DISCLOSURE)
EXPORT = $(VENV)/bin/python -m scripts.export

.PHONY: run check postgres excel tableau metrics superset test lint bench spark dbt2 lock clean help

help: ## Show what there is
	@grep -E '^[a-z0-9]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: $(VENV)/.run ## Build the demo shop, or your own: make run DATA=<folder> AS_OF=<YYYY-MM-DD> OUT=<folder>
	@$(VENV)/bin/python -m scripts.run $(ARGUMENTS)

check: $(VENV)/.run ## Judge files without publishing: make check DATA=<folder>
	@$(VENV)/bin/python -m scripts.run $(ARGUMENTS) --check

postgres: $(VENV)/.postgres ## Load the marts into PostgreSQL: make postgres DSN=postgresql://user@host/name [READER=<role>]
	@$(EXPORT) postgres --warehouse "$$OUT/warehouse.duckdb" $(DISCLOSURE)

excel: $(VENV)/.excel ## Write OUT/loyalty.xlsx: make excel [LABELS=ru] [PERSONAL=yes] [ERASE=<file of ids>]
	@$(EXPORT) excel --warehouse "$$OUT/warehouse.duckdb" --to "$$OUT/loyalty.xlsx" $${LABELS:+--language "$$LABELS"} $(DISCLOSURE)

tableau: $(VENV)/.tableau ## Write OUT/loyalty.hyper
	@$(EXPORT) tableau --warehouse "$$OUT/warehouse.duckdb" --to "$$OUT/loyalty.hyper" $(DISCLOSURE)

metrics: $(VENV)/.metrics ## Ask for metrics: make metrics QUERY="--metrics revenue --group-by metric_time__month"; else check them
	@$(VENV)/bin/python -m scripts.metrics --warehouse "$$OUT/warehouse.duckdb"

superset: $(VENV)-superset/.done ## Dashboards in a local Superset: make superset [DSN=postgresql://...] [PORT=8088] [PASSWORD=...]
	@$(VENV)-superset/bin/python -m scripts.superset serve --warehouse "$$OUT/warehouse.duckdb" --home "$$OUT/superset"

test: $(VENV)/.dev ## Everything that must hold
	@$(VENV)/bin/ruff check scripts tests
	@$(VENV)/bin/ruff format --check scripts tests
	@$(VENV)/bin/python -m pytest

lint: $(VENV)/.dev ## Lint SQL and Python alone
	@$(VENV)/bin/ruff check scripts tests
	@mkdir -p output/build && $(VENV)/bin/sqlfluff lint models tests analyses

bench: $(VENV)/.bench ## Measure beside Polars, pandas and the limit: make bench [ORDERS=20000000]
	@$(VENV)/bin/python -m scripts.bench --orders "$(ORDERS)" --out "$(OUT)/bench"

spark: $(VENV)-spark/.done ## The same marts on a local Spark cluster, compared cell by cell (needs Java 17)
	@$(VENV)-spark/bin/python -m scripts.spark $${DATA:+--data "$$DATA"} $${AS_OF:+--as-of "$$AS_OF"} --out "$$OUT/spark"

# Hooks of a run would want a database, and its driver is downloaded; everything else is compiled without one.
dbt2: $(VENV)-dbt2/.done ## Parse and compile with dbt 2
	@rm -rf output/dbt2 && mkdir -p output/dbt2 && cp -r models macros seeds tests analyses profiles.yml .dbtignore output/dbt2
	@sed '/^on-run-start:/,/^$$/d' dbt_project.yml > output/dbt2/dbt_project.yml
	@cd output/dbt2 && DO_NOT_TRACK=1 ../../$(VENV)-dbt2/bin/dbt compile --profiles-dir . --no-send-anonymous-usage-stats

lock: $(VENV)/.dev ## Pin the dependencies anew
	@UV_CUSTOM_COMPILE_COMMAND="make lock" $(VENV)/bin/uv pip compile -q pyproject.toml \
		--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate -o requirements.lock
	@for extra in dev postgres excel tableau metrics bench; do \
		UV_CUSTOM_COMPILE_COMMAND="make lock" $(VENV)/bin/uv pip compile -q pyproject.toml --extra $$extra \
		--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
		-o requirements-$$extra.lock || exit 1; done
	@UV_CUSTOM_COMPILE_COMMAND="make lock" $(VENV)/bin/uv pip compile -q --group pyproject.toml:superset \
		--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
		-o requirements-superset.lock

clean: ## Remove what was built, not what was installed
	rm -rf output target logs

$(VENV)/.venv: 
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; this one is $$($(PYTHON) -V). Give another: make run PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "The venv module is missing (Debian: apt install python3-venv)."; exit 1; }
	@touch $@

$(VENV)/.run: requirements.lock | $(VENV)/.venv
	@echo "Installing (once, about a minute) ..."
	@$(VENV)/bin/python -m pip install -q -q --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.dev: requirements-dev.lock | $(VENV)/.run
	@echo "Installing what the tests need (once, half a minute) ..."
	@$(VENV)/bin/python -m pip install -q -q --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	@touch $@

$(VENV)/.%: requirements-%.lock | $(VENV)/.run
	@echo "Installing what \`make $*\` needs (once) ..."
	@$(VENV)/bin/python -m pip install -q -q --disable-pip-version-check --no-deps --require-hashes -r requirements-$*.lock
	@touch $@

$(VENV)-dbt2/.done:
	@$(PYTHON) -m venv $(VENV)-dbt2
	@$(VENV)-dbt2/bin/python -m pip install -q -q --disable-pip-version-check dbt==2.0.0rc196
	@touch $@

# What Spark needs is half a gigabyte; its versions are in pyproject.toml.
$(VENV)-spark/.done: requirements.lock pyproject.toml
	@echo "Installing Spark (once, about two minutes) ..."
	@$(PYTHON) -m venv $(VENV)-spark
	@$(VENV)-spark/bin/python -m pip install -q -q --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(VENV)-spark/bin/python -m pip install -q -q --disable-pip-version-check $$($(VENV)-spark/bin/python -c \
		"import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['optional-dependencies']['spark'])")
	@touch $@

# Superset needs an older SQLAlchemy than the project, and 900 MB.
$(VENV)-superset/.done: requirements-superset.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12)))' || \
		{ echo "Superset needs Python 3.11 or 3.12; this one is $$($(PYTHON) -V). Give another: make superset PYTHON=python3.12"; exit 1; }
	@echo "Installing Superset (once, about two minutes) ..."
	@$(PYTHON) -m venv $(VENV)-superset
	@$(VENV)-superset/bin/python -m pip install -q -q --disable-pip-version-check --no-deps --require-hashes -r requirements-superset.lock
	@touch $@
