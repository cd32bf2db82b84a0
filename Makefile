# `make demo` and `make test` do all their set-up themselves, once. See README.md.
.DEFAULT_GOAL := help
SHELL := /bin/sh
.PHONY: help setup demo test check tables card bench torch clean

PYTHON := /usr/bin/python3.11
VENV := .venv
RUN := $(VENV)/bin
# Other accounts must be able to read what root sets up, whatever root's own umask is.
OPEN := umask 022 &&
# pytest keeps its temporary folders, and scapy makes a folder for settings: give both one that goes with the tests.
TIDY := folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT INT TERM && TMPDIR="$$folder" XDG_CONFIG_HOME="$$folder"
LISTS := twin/lab/packages.txt twin/lab/kernel/packages.txt twin/lab/install-packages.sh
RECIPE := $(wildcard twin/lab/kernel/*) twin/lab/recipe.py

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

setup: $(VENV)/.kernel ## install packages, make the virtual environment, build the lab kernel

demo: setup ## a fibre is cut under an all-reduce between three sites
	$(RUN)/twin run experiments/three-sites-cut.yaml

test: setup $(VENV)/stock-kernel $(VENV)/ryu $(VENV)/faucet ## all tests: the unit tests, then those that boot the lab kernel
	$(TIDY) $(RUN)/pytest -n auto tests/unit
	$(TIDY) $(RUN)/pytest -n auto --dist loadfile tests/lab

check: $(VENV)/.installed ## lint, format, types
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy

tables: setup ## run the demo again, and write what it prints into the README
	$(RUN)/python -m twin.tables

card: setup ## test our controllers and the baselines again, and write their score card into docs/controllers.md
	$(RUN)/twin bench-controller optical_circuit static_path ecmp static_path@ring learning_switch \
		--out $$(mktemp -d) --into docs/controllers.md

bench: setup $(VENV)/ns3 ## measure, with peers beside: ONLY=accuracy for a part, QUICK=1 for small sizes, WRITE=1 for docs
	$(RUN)/python -m bench $(if $(ONLY),--only $(ONLY)) $(if $(QUICK),--quick) $(if $(WRITE),--markdown)

torch: setup ## PyTorch as a client of the lab: installs Debian's, without GPU, and compares its all-reduce with the twin's
	sh twin/lab/install-packages.sh python3-torch
	$(TIDY) $(RUN)/pytest tests/clients

clean: ## remove the virtual environment and what tools cached here; keep the lab kernel
	rm -rf $(VENV) *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis

# The stamps are newer than what they were made from, so a second call starts at once.
$(VENV)/.packages: $(LISTS)
	$(OPEN) sh twin/lab/install-packages.sh python3.11-venv
	$(OPEN) mkdir -p $(VENV) && touch $@

$(VENV)/.installed: $(VENV)/.packages setup.cfg pyproject.toml
	$(OPEN) $(PYTHON) -m venv --system-site-packages $(VENV)
	$(OPEN) $(RUN)/python -m pip install --disable-pip-version-check --progress-bar off -q -e '.[dev,exact]'
	touch $@

# The peer, ns-3, in an environment of its own. Where it has no wheel the benchmark says so and leaves it out.
$(VENV)/ns3: $(VENV)/.installed
	$(OPEN) $(PYTHON) -m venv $@
	-$(OPEN) $@/bin/python -m pip install --disable-pip-version-check --progress-bar off -q 'ns3 >=3.44,<4'
	touch $@

# Debian's own kernel and QEMU, for the tests that run the host lab in a machine of its own.
$(VENV)/stock-kernel: $(VENV)/.packages $(wildcard tests/lab/stock_kernel/*.sh)
	$(OPEN) sh twin/lab/install-packages.sh qemu-system-x86 busybox-static kmod
	$(OPEN) rm -rf $@ && sh tests/lab/stock_kernel/fetch.sh $@ && touch $@

# Others' controllers, in environments of their own. Where one cannot be installed its tests are skipped, and say so.
$(VENV)/ryu: $(VENV)/.installed controllers/install-ryu.sh
	-$(OPEN) PYTHON=$(PYTHON) sh controllers/install-ryu.sh $@
	mkdir -p $@ && touch $@

$(VENV)/faucet: $(VENV)/.installed
	$(OPEN) sh twin/lab/install-packages.sh gcc libc6-dev python3.11-dev
	$(OPEN) $(PYTHON) -m venv $@
	-$(OPEN) $@/bin/python -m pip install --disable-pip-version-check --progress-bar off -q 'faucet >=1.10.12,<1.11'
	touch $@

$(VENV)/.kernel: $(VENV)/.installed $(RECIPE)
	$(OPEN) $(RUN)/twin lab build
	touch $@
