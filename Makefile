# Everything works on a bare Python 3.11 with pip: the first run makes .venv by itself.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.PHONY: help demo test lint types check clean

help:  ## these lines
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / {printf "make %-18s %s\n", $$1, $$2}' Makefile

# The stamp is written last, so an interrupted first run starts over.
$(STAMP): pyproject.toml
	@echo "Setting up .venv (once, about half a minute) ..."
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: $(STAMP)  ## the main job, on files on disk
	@$(BIN)/bucketry demo

# One more than there are cores: some tests wait for a deadline.
WORKERS = $$(($$(getconf _NPROCESSORS_ONLN) + 1))

test: $(STAMP)  ## the unit tests, the stand-ins among them; no network
	@$(BIN)/pytest -n $(WORKERS) -q

lint: $(STAMP)  ## ruff
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(STAMP)  ## mypy and pyright
	@$(BIN)/mypy
	@$(BIN)/pyright --pythonpath $(BIN)/python

check: lint types test  ## lint, types and test

clean:  ## remove .venv
	rm -rf .venv

# The tests marked `server`, against real servers. One that cannot run here is skipped, said aloud.
SERVERS := ceph swift minio versitygw
SERVER_TARGETS := $(SERVERS:%=servers-%)
WITH_SERVERS = PYTHONPATH=tests $(BIN)/python -m servers
SERVER_TESTS = $(BIN)/pytest tests/servers -m server -n auto -q

.PHONY: test-servers test-floors outcomes generate $(SERVER_TARGETS)

test-servers: $(STAMP)  ## the tests against real servers: Ceph, Swift, MinIO, versitygw
	@$(WITH_SERVERS) $(SERVERS) -- $(SERVER_TESTS)

$(SERVER_TARGETS): servers-%: $(STAMP)
	@$(WITH_SERVERS) $* -- $(SERVER_TESTS)

# What the conformance suite finds on real servers, written into the docs. The first command fails
# where the docs are stale, which is no reason not to renew them.
outcomes: $(STAMP)  ## write into the docs what the suite finds on real servers
	-@$(WITH_SERVERS) $(SERVERS) -- $(SERVER_TESTS) -k 'the_server_keeps_the_contract and path'
	@PYTHONPATH=tests $(BIN)/python -m servers.outcomes
	@PYTHONPATH=tests $(BIN)/python -m generated

generate: $(STAMP)  ## renew what follows from something else: the published schema, docs/vendors, docs/reference
	@PYTHONPATH=tests $(BIN)/python -m generated

# The unit tests with the oldest dependencies that pyproject.toml allows, in a second environment.
FLOORS := .venv/floors

test-floors: $(STAMP)  ## the unit tests with the oldest allowed dependencies
	@$(PYTHON) -m venv --clear $(FLOORS)
	@$(BIN)/python .ci/floors.py pyproject.toml > $(FLOORS)/constraints.txt
	@$(FLOORS)/bin/pip install --quiet --disable-pip-version-check \
		--constraint $(FLOORS)/constraints.txt --editable '.[test]'
	@$(FLOORS)/bin/pytest -n $(WORKERS) -q

# The unit tests on the newest Python that is installed, in a third environment.
.PHONY: test-newest
NEWEST := .venv/newest

test-newest: $(STAMP)  ## the unit tests on the newest Python here
	@python=$$($(BIN)/python .ci/newest.py) || { echo 'SKIPPED: newest: no newer Python'; exit 0; }; \
	$$python -m venv --clear $(NEWEST) && $(NEWEST)/bin/python --version && \
	$(NEWEST)/bin/pip install --quiet --disable-pip-version-check --editable '.[test]' && \
	$(NEWEST)/bin/pytest -n $(WORKERS) -q

# The quick looks beside the long ones, on 250,000 generated keys and addresses.
.PHONY: test-full
test-full: $(STAMP)  ## the whole of what `make test` looks at a sample of
	@$(BIN)/pytest tests/core tests/doctor tests/s3 -m full -n 2 -q

# What networks, middleboxes and servers do on a bad day.
.PHONY: test-faults reliability
FAULTS = PYTHONPATH=tests nice $(BIN)/python -m faults
PEERS := boto3 minio obstore opendal
PEER_STAMPS := $(PEERS:%=.venv/peers/%/.installed)

test-faults: $(STAMP)  ## every operation under every fault of the table, random ones, kills
	@$(BIN)/pytest tests/faults -m faults -n 6 -q

# The suite through bucketry.aio, on vendors and both event loops, beside the suite without.
.PHONY: test-aio

test-aio: $(STAMP)  ## the conformance suite through bucketry.aio
	@$(BIN)/pytest tests/aio -m aio -n auto -q

# Django's own tests, which its source brings, on our storages: files on disk and the stand-in.
.PHONY: test-django

test-django: $(STAMP)  ## Django's own tests on bucketry_django
	@BIN=$(abspath $(BIN)) .ci/django local s3

# The same on the newest Django, which wants a newer Python; where there is none, that is said aloud.
.PHONY: test-django-newest
DJANGO_NEWEST := .venv/django-newest

test-django-newest: $(STAMP)  ## the same on the newest Django, with the newest Python here
	@python=$$($(BIN)/python .ci/newest.py) || { echo 'SKIPPED: django-newest: no newer Python'; exit 0; }; \
	$$python -m venv --clear $(DJANGO_NEWEST) && \
	$(DJANGO_NEWEST)/bin/pip install --quiet --disable-pip-version-check \
		--editable '.[django,testing]' && \
	BIN=$(abspath $(DJANGO_NEWEST)/bin) .ci/django local

# The same tests, none left out, on Django's own storages and on django-storages, beside ours: what
# passes is counted. And whether we know the options that this django-storages has.
.PHONY: compare-django test-storages
STORAGES := .venv/storages
STORAGES_RELEASE := 1.14.6

$(STORAGES)/.installed: pyproject.toml
	@$(PYTHON) -m venv --clear $(STORAGES)
	@$(STORAGES)/bin/pip install --quiet --disable-pip-version-check \
		--editable '.[cli,django,testing]' 'django-storages[s3]==$(STORAGES_RELEASE)' hypothesis
	@touch $@

compare-django: $(STORAGES)/.installed  ## Django's own tests on its storages, django-storages and ours
	@BUCKETRY_COMPARE=1 BIN=$(abspath $(STORAGES)/bin) .ci/django django local s3 django-storages \
		| tee .venv/compare-django.log | grep -E '^=====|methods pass'

test-storages: $(STAMP)  ## the options of django-storages itself beside those that we convert
	@$(MAKE) --silent $(STORAGES)/.installed || { echo 'SKIPPED: storages: not to be had'; exit 0; }; \
	PYTHONPATH=tests $(STORAGES)/bin/pytest -q -s -c /dev/null --rootdir . \
		tests/frameworks/django_storages.py

# advanced-alchemy's own tests of file objects, of one release, on our backend, and the page on Litestar
# under uvicorn. What cannot be fetched is skipped, said aloud.
.PHONY: test-alchemy
ALCHEMY := .venv/alchemy
ALCHEMY_RELEASE := 1.12.0
ALCHEMY_PIP = $(ALCHEMY)/bin/pip --quiet --disable-pip-version-check

test-alchemy: $(STAMP)  ## advanced-alchemy's own tests of file objects, and Litestar
	@$(PYTHON) -m venv --clear $(ALCHEMY) && \
	$(ALCHEMY_PIP) install --editable '.[advanced-alchemy,testing]' \
		advanced-alchemy==$(ALCHEMY_RELEASE) aiosqlite fsspec hypothesis obstore pytest-asyncio \
		'litestar>=2.12' multipart uvicorn && \
	$(ALCHEMY_PIP) download --no-deps --no-binary :all: --dest $(ALCHEMY) \
		advanced-alchemy==$(ALCHEMY_RELEASE) || { echo 'SKIPPED: alchemy: not to be had'; exit 0; }; \
	tar -xzf $(ALCHEMY)/advanced_alchemy-$(ALCHEMY_RELEASE).tar.gz -C $(ALCHEMY) && \
	cp $(ALCHEMY)/advanced_alchemy-*/tests/integration/test_file_object.py $(ALCHEMY) && \
	PYTHONPATH=tests $(ALCHEMY)/bin/pytest -q -rs -c /dev/null --rootdir $(ALCHEMY) \
		-o asyncio_mode=auto -W ignore -p web.alchemy_suite $(ALCHEMY)/test_file_object.py && \
	PYTHONPATH=tests $(ALCHEMY)/bin/pytest -q -s -c /dev/null --rootdir . \
		tests/frameworks/litestar_app.py

$(PEER_STAMPS): .venv/peers/%/.installed: $(STAMP)
	@$(PYTHON) -m venv .venv/peers/$*
	@.venv/peers/$*/bin/pip install --quiet --disable-pip-version-check $*
	@touch $@

# What does not go well is written down too.
reliability: $(STAMP) $(PEER_STAMPS)  ## compare other libraries under the same faults, for the docs
	-@$(FAULTS) --json .venv/faults.json
	@$(FAULTS).peers $(PEERS) --json .venv/peers.json
	@$(FAULTS).report .venv/faults.json .venv/peers.json

# bucketry beside its peers, each in an environment of its own below .venv/bench:
# `make bench ROWS="sign url" OPTIONS=--quick`; see benchmarks/README.md.
.PHONY: bench
bench: $(STAMP)  ## bucketry beside its peers: time, memory, growth
	@$(BIN)/python -m benchmarks $(if $(ROWS),--rows '$(ROWS)') $(OPTIONS)
