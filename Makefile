# make help lists the targets. Tools go to .tools/, which git ignores; nothing
# is installed outside the repository but what `make setup` announces.

SHELL       := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# Without these parts of grpc the program is a quarter smaller: docs/adr/20261125-sops-in-process.md.
TAGS    := disable_grpc_modules,grpcnotrace
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
GOBUILD := CGO_ENABLED=0 go build -trimpath -tags $(TAGS) -ldflags "-s -w -X github.com/connkit/connkit/internal/cli.version=$(VERSION)"

TOOLS  := $(CURDIR)/.tools
PY     := $(TOOLS)/py
GOLANGCI_VERSION := v2.15.0
DLV_VERSION      := v1.27.2
UV_VERSION       := 0.9.9
POETRY_VERSION   := 2.5.1
BUILDX_VERSION   := v0.24.0
BUILDKIT_VERSION := v0.22.0
GORELEASER_VERSION := v2.14.0
SOPS_VERSION     := $(shell awk '$$1 == "github.com/getsops/sops/v3" {print $$2}' go.mod)
export PATH := $(TOOLS)/bin:$(PY)/bin:$(PATH)

.PHONY: help build demo test verify lint vet fmt docs docs-clean tidy-clean unit race e2e shims third-party replay bench bench-docs setup setup-docker setup-buildx setup-bench setup-python setup-lint setup-sops setup-dlv setup-site setup-chromium setup-goreleaser site site-test cross hooks release-check clean

help: ## list the targets
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## /{printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build bin/connkit
	$(GOBUILD) -o bin/connkit ./cmd/connkit

demo: build ## walk a connector's life in a throw-away monorepo (ARGS="--keep DIR" keeps it)
	@bin/connkit tour $(ARGS)

test: setup-python ## set up what is missing and run every test, the real SDKs included
	go test -timeout 30m -tags $(TAGS) ./...
	$(MAKE) --no-print-directory e2e shims

verify: setup lint vet cross docs-clean tidy-clean race e2e shims hooks site-test ## everything CI runs

unit:
	go test -timeout 30m -tags $(TAGS) ./...

race: # by default each program that the tests start would sleep a second at its end
	GORACE=atexit_sleep_ms=0 go test -race -timeout 30m -tags $(TAGS) ./...

e2e: build setup setup-docker setup-buildx ## tests with the real SDKs from the registries, the real sops, and real container engines
	BINARY_UNDER_TEST=$(CURDIR)/bin/connkit go test -tags $(TAGS),e2e -run '^TestE2E' -timeout 40m -v ./internal/cli ./internal/doctest ./pkg/pyenv ./pkg/run/debug ./pkg/secrets ./internal/testkit/kmsfake | bash scripts/test-summary.sh

shims: build setup-python ## the rules of the two shims against real SDK versions, and the tests of the scaffolds without an SDK
	$(PY)/bin/python templates/tests/run.py airbyte
	$(PY)/bin/python templates/tests/run.py singer
	$(PY)/bin/python templates/tests/run.py materialize
	$(PY)/bin/python templates/tests/run.py derive

lint: setup-lint ## golangci-lint
	$(TOOLS)/bin/golangci-lint run --build-tags $(TAGS)
	$(TOOLS)/bin/golangci-lint run --build-tags $(TAGS),e2e ./internal/cli/... ./pkg/pyenv/... ./pkg/run/debug/... ./pkg/secrets/... ./internal/testkit/...

vet:
	go vet -tags $(TAGS) ./...
	go vet -tags $(TAGS),e2e,replay ./...
	go vet -tags $(TAGS),site ./internal/doctest
	GOOS=darwin go vet -tags $(TAGS) ./...
	GOOS=windows go vet ./cmd/connkit ./internal/platform

third-party: build setup-python ## take published packages through connkit and hold them against their own protocols: make third-party [NAMES="tap-x …"]
	$(PY)/bin/python scripts/third_party/run.py $(NAMES)

fmt: setup-lint ## format the Go code
	$(TOOLS)/bin/golangci-lint fmt

docs: ## write docs/reference, docs/man and the schema of connkit.yaml anew
	go run -tags $(TAGS) ./internal/cli/docgen docs

docs-clean: ## fail when the generated docs are not those of the code
	@tmp=$$(mktemp -d); trap 'rm -rf $$tmp' EXIT; \
	go run -tags $(TAGS) ./internal/cli/docgen $$tmp; \
	for d in reference man connkit.schema.json; do diff -r -x exit-codes.md docs/$$d $$tmp/$$d || { echo "docs/$$d is out of date: make docs"; exit 1; }; done

tidy-clean: ## fail when go.mod or go.sum are not tidy
	go mod tidy -diff

cross: ## compile for linux, darwin and windows on amd64 and arm64
	@bash scripts/cross.sh $(TAGS)

site: setup-site ## write the site of README and docs to dist/site
	@PYTHONPATH=scripts NO_MKDOCS_2_WARNING=1 $(TOOLS)/site/bin/mkdocs build --quiet --strict

site-test: site setup-chromium ## look at every page of the site in a browser
	go test -count=1 -timeout 30m -tags $(TAGS),site -run '^TestSite' ./internal/doctest

hooks: setup-python ## run the hooks for pre-commit by pre-commit
	@bash scripts/hooks-check.sh $(TOOLS) $(TAGS)

release-check: setup-goreleaser ## build a snapshot of a release twice, compare, look into it
	@bash scripts/release-check.sh $(TOOLS)/bin/goreleaser

replay: ## make the CI edits in the history of a clone anew: make replay CLONE=path
	CLONE=$(CLONE) go test -tags $(TAGS),replay ./pkg/ci -run TestReplayClone -v | grep -v '^=== '

BENCH = PATH="$(CURDIR)/bin:$$PATH" $(PY)/bin/python scripts/bench --tools $(TOOLS)/bench

bench: build setup-bench ## compare with what one would use instead; ARGS="--only encrypt --rounds 3"
	@$(BENCH) $(ARGS)

bench-docs: build setup-bench ## the same, and put the table into docs/benchmarks.md
	@$(BENCH) --write docs/benchmarks.md

setup: setup-python setup-lint setup-sops setup-dlv ## install the tools that the tests need into .tools/

setup-docker: ## install and start Docker, podman and buildah where they are missing, make base images
	@bash scripts/setup-docker.sh $(TOOLS)

setup-buildx: ## compile docker's buildx and a BuildKit daemon into .tools/
	@bash scripts/setup-buildx.sh $(TOOLS) $(BUILDX_VERSION) $(BUILDKIT_VERSION)

setup-python:
	@bash scripts/setup-python.sh $(PY) $(UV_VERSION) $(POETRY_VERSION)

setup-bench: setup-python setup-sops
	@bash scripts/setup-docker.sh $(TOOLS) engine
	@bash scripts/setup-bench.sh $(TOOLS)

setup-lint:
	@if ! $(TOOLS)/bin/golangci-lint version 2>/dev/null | grep -q "$(GOLANGCI_VERSION:v%=%)"; then \
	  echo "setup: installing golangci-lint $(GOLANGCI_VERSION) into .tools/bin"; \
	  GOFLAGS= GOBIN=$(TOOLS)/bin go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION); \
	fi

setup-sops: # with the flags of `go test`, so that it shares what the tests have compiled
	@if ! $(TOOLS)/bin/sops --version --disable-version-check 2>/dev/null | grep -q "^sops $(SOPS_VERSION:v%=%)"; then \
	  echo "setup: installing sops $(SOPS_VERSION) into .tools/bin"; \
	  GOFLAGS= GOBIN=$(TOOLS)/bin go install -tags $(TAGS) github.com/getsops/sops/v3/cmd/sops@$(SOPS_VERSION); \
	fi
	@command -v gpg >/dev/null || { echo "setup: gpg is missing: apt-get install gnupg, or brew install gnupg"; exit 1; }

setup-site: setup-python
	@bash scripts/setup-site.sh $(TOOLS)

setup-chromium:
	@bash scripts/setup-chromium.sh

setup-goreleaser: # it takes long to compile, so that CI does not
	@if ! $(TOOLS)/bin/goreleaser --version 2>/dev/null | grep -q "$(GORELEASER_VERSION:v%=%)"; then \
	  echo "setup: installing goreleaser $(GORELEASER_VERSION) into .tools/bin"; \
	  GOFLAGS= GOBIN=$(TOOLS)/bin go install github.com/goreleaser/goreleaser/v2@$(GORELEASER_VERSION); \
	fi

setup-dlv: # static, so that it runs in the images of the tests too
	@if ! $(TOOLS)/bin/dlv version 2>/dev/null | grep -q "^Version: $(DLV_VERSION:v%=%)$$"; then \
	  echo "setup: installing dlv $(DLV_VERSION) into .tools/bin"; \
	  GOFLAGS= CGO_ENABLED=0 GOBIN=$(TOOLS)/bin go install github.com/go-delve/delve/cmd/dlv@$(DLV_VERSION); \
	fi

clean: ## remove what was built and set up
	rm -rf bin dist .tools .venvs
