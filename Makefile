# `make` alone lists the targets. Each target does its own set-up; what is already done is not done again.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules
# Rust as rustup installs it, in case the shell that calls make does not know it yet.
export PATH := $(PATH):$(or $(CARGO_HOME),$(HOME)/.cargo)/bin

.DEFAULT_GOAL := help
.PHONY: help run test check demo bench audit build clean-data \
        set-up set-up-test test-rust test-pages test-browser test-r check-rust check-pages check-generated check-scripts check-licences

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 22

run: build ## Install what is missing, build, and serve on http://127.0.0.1:8080
	@exec target/release/allelecast-server serve

test: ## Every test: Rust, pages, browser, R
	@$(MAKE) --no-print-directory test-rust
	$(MAKE) --no-print-directory test-pages
	$(MAKE) --no-print-directory test-browser
	$(MAKE) --no-print-directory test-r

check: ## Formatting, lints, types, generated files, licences
	@$(MAKE) --no-print-directory check-rust
	$(MAKE) --no-print-directory check-pages
	$(MAKE) --no-print-directory check-scripts
	$(MAKE) --no-print-directory check-licences

demo: build ## Upload the example to the server that `make run` started, slowly enough to watch
	@[ -r data/first-account-password ] || { echo "make demo: start the server with \`make run\` first, and leave it running"; exit 1; }
	target/release/allelecast upload --name demo --build GRCh37 --panel deploy/demo/shapeit4_example_panel.tsv \
	    --url "$${ALLELECAST_URL:-http://127.0.0.1:8080}" --email first@allelecast.local --password-file data/first-account-password \
	    --limit-rate 100K data/cache/shapeit4-example/usr/share/doc/shapeit4/examples/test/unphased.vcf.gz

bench: ## Benchmarks against bcftools and plink2; figures go to bench/RESULTS.md
	@deploy/bootstrap test
	cargo build --release --locked --workspace
	target/release/allelecast-bench all --write

audit: ## Known vulnerabilities of the dependencies (needs a network)
	@deploy/audit

build: set-up static/dist/.built ## The release build and the bundle of the pages
	@cargo build --release --locked --workspace

clean-data: ## Delete the database and the uploads of this clone (asks first)
	@deploy/clean-data

# --- set-up --------------------------------------------------------------------------------------------------

set-up:
	@deploy/bootstrap run
	deploy/demo-data
	deploy/genes

set-up-test:
	@deploy/bootstrap test
	deploy/demo-data
	deploy/test-data
	deploy/genes

static/node_modules/.installed: static/package.json static/package-lock.json | set-up
	@cd static
	npm ci --no-audit --no-fund
	touch node_modules/.installed

pages := $(shell find static -name node_modules -prune -o -path static/dist -prune -o -path static/test-results -prune -o -type f \
           \( -path 'static/src/*' -o -path 'static/public/*' -o -name '*.json' -o -name '*.mjs' -o -name '*.html' \) -print 2>/dev/null)
static/dist/.built: $(pages) static/node_modules/.installed
	@cd static
	npm run build
	touch dist/.built

# --- tests ---------------------------------------------------------------------------------------------------

test-rust: set-up-test
	@cargo build --locked --workspace --all-targets
	if cargo nextest --version >/dev/null 2>&1; then
	    deploy/with-test-services cargo nextest run --locked --workspace
	    cargo test --locked --workspace --doc
	else
	    deploy/with-test-services cargo test --locked --workspace
	fi

test-pages: set-up-test static/node_modules/.installed
	@cd static
	npm test

test-browser: set-up-test static/dist/.built
	@cargo build --locked --workspace --bins
	cd static
	../deploy/with-test-services npm run e2e

test-r: set-up-test
	@if [ -e r/DESCRIPTION ]; then Rscript -e 'testthat::test_local("r", stop_on_failure = TRUE)'; fi

# --- checks --------------------------------------------------------------------------------------------------

check-rust: set-up
	@cargo fmt --version >/dev/null 2>&1 && cargo clippy --version >/dev/null 2>&1 || rustup component add rustfmt clippy
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings

check-pages: check-generated static/node_modules/.installed
	@cd static
	npm run typecheck
	npm run lint

# The TypeScript of the wire types is committed; `cargo test -p allelecast-protocol` writes it anew.
check-generated: set-up
	@fresh=$$(mktemp -d)
	trap 'rm -rf "$$fresh"' EXIT
	TS_RS_EXPORT_DIR=$$fresh cargo test --locked --quiet -p allelecast-protocol export_bindings >/dev/null
	diff -r $$fresh static/src/protocol || { echo "static/src/protocol differs from protocol/: commit what \`cargo test -p allelecast-protocol\` wrote"; exit 1; }

check-scripts:
	@if command -v shellcheck >/dev/null; then grep -rlE '^#!.*bash' deploy .ci | xargs shellcheck; fi

check-licences: target/tools/bin/cargo-deny
	@target/tools/bin/cargo-deny --locked check licenses bans sources

target/tools/bin/cargo-deny: deploy/cargo-deny.version
	@cargo install cargo-deny --locked --root target/tools --version "$$(cat $<)"
	touch $@
