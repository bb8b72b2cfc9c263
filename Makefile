# What a newcomer types: `make run` and `make test`. Everything else is listed by `make help`.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
# Several files of tests at once; `make test JOBS=0` runs one after the other.
JOBS   ?= auto
# Used only where the machine's own pip configuration offers no CPU build of torch.
TORCH_CPU_INDEX ?= https://download.pytorch.org/whl/cpu
TORCH  := 2.13.0
PIP    := $(BIN)/python -m pip --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help run test test-fast check lock screenshots from-npm bench results clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: $(VENV)/.run ## start Guidepost: on Slack with tokens in .env, else on the local workspace
	@$(BIN)/guidepost run

test: $(VENV)/.dev ## run every test (browser tests are skipped, with a reason, where there is no Chromium)
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadfile $(ARGS)

test-fast: $(VENV)/.dev ## run the tests that take no model, browser or killed process
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadfile -m "not slow" $(ARGS)

check: $(VENV)/.dev ## formatting, lint, types and import contracts
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

screenshots: $(VENV)/.dev ## take the README's screenshots from the real page
	@$(BIN)/python docs/screenshots.py
	@$(BIN)/python docs/csm_hour.py

from-npm: ## install what some tests use from npm: a Slack of somebody else's making, axe (Node 20 or newer)
	@npm ci --prefix tests/node --silent

bench: $(VENV)/.dev ## measure start-up, answers and embedding on this machine (an hour; ARGS="-k embedding" chooses)
	@$(BIN)/python -m pytest tests/benchmarks -m slow -s --override-ini=python_files='bench_*.py' $(ARGS)

results: $(VENV)/.dev ## measure on ../shared/data and write docs/results.md (hours; ARGS="scifact quotes" chooses)
	@$(BIN)/python docs/measure.py $(or $(ARGS),all)

clean: ## remove the virtual environment (data stays)
	rm -rf $(VENV)

$(VENV)/bin/python:
	@echo "== creating $(VENV) (once)"
	@$(PYTHON) -c 'import sys; sys.exit("Guidepost needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12 run" if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv $(VENV)

# The `+cpu` build if the machine's own pip can find it, else PyTorch's CPU index, else the plain
# wheel (which on macOS and Windows is a CPU build already). Never gigabytes of CUDA by surprise.
$(VENV)/.torch: | $(VENV)/bin/python
	@echo "== 1/3 torch $(TORCH), CPU build (about 200 MB, once)"
	@if $(PIP) install -q --dry-run --no-deps "torch==$(TORCH)+cpu" >/dev/null 2>&1; then \
	  $(PIP) install --no-deps "torch==$(TORCH)+cpu"; \
	elif [ "$$(uname -s)" = Linux ] && $(PIP) install --no-deps "torch==$(TORCH)" --index-url "$(TORCH_CPU_INDEX)"; then :; \
	else $(PIP) install --no-deps "torch==$(TORCH)"; fi
	@touch $@

$(VENV)/.run: requirements/run.txt $(VENV)/.torch
	@echo "== 2/3 pinned packages, checked by hash (a few minutes the first time)"
	@$(PIP) install --no-deps --require-hashes -r requirements/run.txt
	@echo "== 3/3 Guidepost itself"
	@$(PIP) install -q --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.torch
	@echo "== 2/3 pinned packages and test tools, checked by hash (a few minutes the first time)"
	@$(PIP) install --no-deps --require-hashes -r requirements/dev.txt
	@echo "== 3/3 Guidepost itself"
	@$(PIP) install -q --no-deps --no-build-isolation -e .
	@touch $(VENV)/.run $@

# torch is installed apart (see above); what only its CUDA build would need is left out.
NOT_LOCKED := torch triton cuda-bindings cuda-pathfinder cuda-toolkit nvidia-cublas nvidia-cuda-cupti \
  nvidia-cuda-nvrtc nvidia-cuda-runtime nvidia-cudnn-cu13 nvidia-cufft nvidia-cufile nvidia-curand \
  nvidia-cusolver nvidia-cusparse nvidia-cusparselt-cu13 nvidia-nccl-cu13 nvidia-nvjitlink \
  nvidia-nvshmem-cu13 nvidia-nvtx
UV_COMPILE = uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-annotate \
  --no-header --no-emit-index-url --no-emit-find-links $(addprefix --no-emit-package ,$(NOT_LOCKED)) \
  -c requirements/constraints.in -q
lock: ## write requirements/*.txt anew (needs uv)
	$(UV_COMPILE) --group build -o requirements/run.txt
	$(UV_COMPILE) --group build --group dev -o requirements/dev.txt
