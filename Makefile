# The two commands of a fresh machine are `make run` and `make test`.
PY ?= python3.11
V := .venv/bin
# These use the machine as it is (jails, browsers, whole services). The quick ones run
# file beside file, all of them one after the other: the slow ones fill both cores.
LIVE := tests/adversarial tests/browser tests/e2e tests/encoder tests/sandbox
BESIDE := $(if $(filter true,$(CI)),,-n 2 --dist loadfile)
MARKS := $(if $(filter true,$(CI)),not gpu,not slow and not gpu)
# uv finds a local build of torch only when told what pip knows.
UV := UV_FIND_LINKS="$$($(V)/pip config get global.find-links 2>/dev/null)" $(V)/uv pip install -q --python $(V)/python -c constraints.txt -r pyproject.toml

# Compiled modules halve the workers' start; some machines switch them off.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test check format lint types layers bench bench-full lock frontend frontend-check texts clean

run: .venv/.run
	@sh deploy/system-packages.sh run
	@$(V)/python manage.py up

test: .venv/.test
	@sh deploy/system-packages.sh test
ifeq ($(ARGS),)
	$(V)/python -m pytest -q -m "$(MARKS)" -n 2 $(LIVE:%=--ignore=%)
	$(V)/python -m pytest -q -m "$(MARKS)" $(BESIDE) $(LIVE)
else
	$(V)/python -m pytest -q -m "$(MARKS)" $(ARGS)
endif

check: format lint types layers test

format: .venv/.test
	$(V)/ruff format --check .

lint: .venv/.test
	$(V)/ruff check .

types: .venv/.test
	$(V)/mypy .

layers: .venv/.test
	$(V)/lint-imports

bench: .venv/.test
	$(V)/python -m pytest -s -q -m "" tests/benchmarks/bench_text.py
	$(V)/python -m tests.benchmarks.bench_hand_in
	$(V)/python -m tests.benchmarks.bench_judge --minutes 15 $(ARGS)

# Hours; ends and goes on where it was: what is finished is a line of the file.
bench-full: .venv/.test
	$(V)/python -m tests.benchmarks.bench_judge --resume var/bench_judge.jsonl $(ARGS)

.venv/bin/uv:
	@command -v $(PY) >/dev/null || { echo "$(PY) was not found. Install Python 3.11, or name it: make PY=/path/to/python3.11 ..." >&2; exit 1; }
	@echo "Making the virtual environment ..."
	@$(PY) -m venv .venv
	@$(V)/pip install -q uv

.venv/.run: pyproject.toml constraints.txt | .venv/bin/uv
	@echo "Installing what the service needs (about 1.7 GB with torch; once) ..."
	@$(UV) --extra workers 2>.venv/install.log || $(V)/pip install -q -c constraints.txt '.[workers]' || { cat .venv/install.log >&2; exit 1; }
	@touch $@

.venv/.test: .venv/.run
	@echo "Installing what the tests need ..."
	@$(UV) --extra workers --extra test --extra check 2>.venv/install.log || $(V)/pip install -q -c constraints.txt '.[workers,test,check]' || { cat .venv/install.log >&2; exit 1; }
	@touch $@

# Pins for everybody, CUDA's packages included; a CPU build of torch leaves them out.
lock: .venv/bin/uv
	env -u PIP_FIND_LINKS $(V)/uv pip compile -q --all-extras pyproject.toml --no-header --no-annotate --no-emit-find-links --no-emit-index-url \
	| sed -E 's/^([a-zA-Z0-9_.-]+)\[[^]]*\]==/\1==/; s/\+cpu$$//' > constraints.txt

# Only for who edits frontend/src (needs Node) or texts (needs gettext).
frontend:
	cd frontend && npm ci --silent && npm run --silent build

frontend-check: frontend
	git diff --exit-code --stat frontend/dist

texts: .venv/.run
	$(V)/python frontend/locale/merge.py

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache
