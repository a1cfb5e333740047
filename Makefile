# The few commands that set everything up: they need cargo, make and Python, and install nothing into
# the system. PostgreSQL is taken from the machine or unpacked below target/.

PYTHON ?= python3
CARGO ?= cargo
POSTGRES = $(PYTHON) scripts/postgres_binaries.py
ORGFIT = target/debug/orgfit

# Where `make demo` keeps its data; by default below target/.
ORGFIT_DEMO_DATA ?=
DEMO_FLAGS ?=
TEST_FLAGS ?=

# What `make attack` attacks: companies of the first kind, their first seed, and companies that are
# written for the other attacker.
ATTACK_COMPANIES ?= 100
ATTACK_SEED ?= 1
ATTACK_EXPORT ?= 50

# Variables of make, not of the engine, which refuses those that it does not know.
unexport ORGFIT_DEMO_DATA DEMO_FLAGS TEST_FLAGS ATTACK_COMPANIES ATTACK_SEED ATTACK_EXPORT

.DEFAULT_GOAL := help
.PHONY: help demo test attack check build

help: ## Show what can be made.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

build: ## Build the binary.
	$(CARGO) build --locked

demo: build ## Start the engine, import an invented organization, show it, and stop.
	@bin=$$($(POSTGRES)) && \
	data='$(ORGFIT_DEMO_DATA)' && data=$${data:-$$($(POSTGRES) --scratch demo)} && \
	ORGFIT_PG_BIN_DIR=$$bin $(ORGFIT) demo --data-dir "$$data" $(DEMO_FLAGS)

test: build ## Run every test beside a PostgreSQL of their own.
	@[ -z "$$ORGFIT_ORACLE_DIR" ] || $(PYTHON) scripts/oracles.py "$$ORGFIT_ORACLE_DIR"
	@bin=$$($(POSTGRES)) && data=$$($(POSTGRES) --scratch test-postgres) && \
	ORGFIT_PG_BIN_DIR=$$bin $(ORGFIT) postgres --data-dir "$$data" -- \
		$(CARGO) test --locked $(TEST_FLAGS)

attack: build ## Attack what is published of invented companies, with our attacks and another's.
	@rm -rf target/attack/*.json
	@bin=$$($(POSTGRES)) && data=$$($(POSTGRES) --scratch attack-postgres) && \
	ORGFIT_PG_BIN_DIR=$$bin $(ORGFIT) postgres --data-dir "$$data" -- \
		env ORGFIT_ATTACK_COMPANIES=$(ATTACK_COMPANIES) ORGFIT_ATTACK_SEED=$(ATTACK_SEED) \
		ORGFIT_ATTACK_EXPORT=$(ATTACK_EXPORT) \
		$(CARGO) test --locked $(TEST_FLAGS) --test it attack:: -- --nocapture
	@[ -z "$$ORGFIT_ORACLE_DIR" ] || $(PYTHON) scripts/disclosure.py "$$ORGFIT_ORACLE_DIR"

check: ## Check format and lints.
	$(CARGO) fmt --check
	$(CARGO) clippy --locked --all-targets -- -D warnings
