SHELL := /bin/sh
GO ?= go
BIN := bin/kombo-mcp
GOLANGCI := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
GORELEASER := github.com/goreleaser/goreleaser/v2@v2.15.1
PLATFORMS := linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64

# How long each fuzz target runs in `make check`.
FUZZTIME ?= 5s

# How long `make soak` takes, and what `make load` is given: -stretch 200ms for
# a quick look, -wanted=false to measure on a machine that is not quiet.
SOAK ?= 30m
# How long `make abuse` takes.
ABUSE ?= 10m
LOAD ?=

# The race detector needs a C compiler that can find its headers.
RACE_CC = $(shell for cc in "$$($(GO) env CC)" cc gcc; do \
	printf '\043include <stdlib.h>\nint main(void){return 0;}\n' | $$cc -x c -o /dev/null - 2>/dev/null && echo "$$cc" && break; done)

# The flags of a release, but for its version; internal/testbinary has them too.
RELEASE_FLAGS := -trimpath -tags timetzdata

# What is packed has no symbol tables; `make build` keeps them for debuggers.
PACKED_FLAGS := $(RELEASE_FLAGS) -ldflags "-s -w"
PACKED := bin/packed/kombo-mcp

# The platform of this machine, and those for which `make npm` makes a package.
HERE = $(shell $(GO) env GOOS)/$(shell $(GO) env GOARCH)
NPM_PLATFORMS ?= $(PLATFORMS)

# The tests that start the program get the one that `make build` makes.
export KOMBO_MCP_TEST_BINARY = $(CURDIR)/$(BIN)

# Packages with generated files. Their tests of these have names that end in
# Generated, and rewrite the files when given -update.
GENERATED = $$(grep -rl --include='*_test.go' --exclude-dir=node_modules '/internal/golden"' . | xargs -n1 dirname | sort -u)

.DEFAULT_GOAL := help
.PHONY: help build demo test race check fmt vet tidy lint fuzz cross generated questions faults costs load soak abuse check-clients check-hosts check-frameworks check-packages bundle npm picture bench generate clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## build bin/kombo-mcp
	@CGO_ENABLED=0 $(GO) build $(RELEASE_FLAGS) -o $(BIN) ./cmd/kombo-mcp

demo: build ## start the server as a host would and ask it a recruiter's questions
	@./$(BIN) demo

test: build ## run every Go test, shuffled; under two minutes on two cores
	$(GO) test -shuffle=on ./...

race: build ## run the Go tests, shuffled, under the race detector, but for those that it could find nothing in; needs a C compiler
	@cc='$(RACE_CC)'; [ -n "$$cc" ] || { echo "make race needs a C compiler with its headers (Debian: apt-get install -y gcc libc6-dev)"; exit 1; }; \
		set -x; CGO_ENABLED=1 CC="$$cc" $(GO) test -shuffle=on -race -timeout 30m ./...

check: fmt vet tidy lint generated cross questions fuzz ## all that can be checked with Go alone, tests apart

fmt: ## fail on a file that gofmt would change
	@files=$$(gofmt -l .); if [ -n "$$files" ]; then echo "gofmt would change:"; echo "$$files"; exit 1; fi

vet: ## go vet
	$(GO) vet ./...

tidy: ## fail when go.mod or go.sum is not what the imports need
	$(GO) mod tidy -diff

lint: ## golangci-lint at its pinned version, built through the module proxy
	$(GO) run $(GOLANGCI) run ./...
	$(GO) run $(GOLANGCI) run --build-tags redis,load,packages,browser,nginx ./internal/redismemory/... ./internal/load/... ./internal/approvals/... ./internal/serve/... ./packaging/... ./cmd/...

generated: build ## fail when a generated file is out of date, or server.json breaks the registry's rules
	$(GO) test -count=1 -run 'Generated$$' $(GENERATED)
	$(GO) test -count=1 -tags packages ./packaging/release

cross: ## build for every platform that is released
	@for p in $(PLATFORMS); do echo "build $$p"; \
		CGO_ENABLED=0 GOOS=$${p%/*} GOARCH=$${p#*/} $(GO) build $(RELEASE_FLAGS) -o /dev/null ./... || exit 1; done

fuzz: ## run each fuzz target for FUZZTIME
	@set -e; for pkg in $$(grep -rl --include='*_test.go' --exclude-dir=node_modules '^func Fuzz' . | xargs -n1 dirname | sort -u); do \
		targets=$$($(GO) test -list '^Fuzz' "$$pkg"); \
		for f in $$(echo "$$targets" | grep '^Fuzz'); do \
			echo "fuzz $$pkg $$f"; \
			out=$$($(GO) test -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZTIME) "$$pkg" 2>&1) || { echo "$$out"; exit 1; }; \
		done; done

bundle: ## make bin/kombo-mcp.mcpb, which desktop hosts install with a click, for this machine
	@CGO_ENABLED=0 $(GO) build $(PACKED_FLAGS) -o $(PACKED) ./cmd/kombo-mcp
	@$(GO) run ./packaging/release bundle -os $$($(GO) env GOOS) -program $(PACKED) -out bin/kombo-mcp.mcpb

npm: ## make the packages of npm in bin/npm, for six platforms or NPM_PLATFORMS=linux/amd64
	@rm -rf bin/npm && $(GO) run ./packaging/release npm -out bin/npm
	@for p in $(NPM_PLATFORMS); do echo "pack $$p"; \
		CGO_ENABLED=0 GOOS=$${p%/*} GOARCH=$${p#*/} $(GO) build $(PACKED_FLAGS) -o $(PACKED) ./cmd/kombo-mcp && \
		$(GO) run ./packaging/release npm -os $${p%/*} -arch $${p#*/} -program $(PACKED) -out bin/npm || exit 1; done

picture: build ## draw docs/picture.svg anew, from what the demo says
	@$(GO) run ./packaging/picture $(BIN) > docs/picture.svg.new && mv docs/picture.svg.new docs/picture.svg

check-packages: ## hold .goreleaser.yaml to GoReleaser's rules; slow the first time
	@# It wants to know whose releases they would be.
	@dir=$$(mktemp -d) && trap 'rm -rf "$$dir"' EXIT && GOBIN=$$dir $(GO) install $(GORELEASER) && \
		cp .goreleaser.yaml "$$dir" && cd "$$dir" && git init -q && \
		git remote add origin https://github.com/kombo-mcp/kombo-mcp.git && ./goreleaser check

check-clients: build ## run clients that others wrote against the server, a real Redis, a real nginx and a real browser; needs Node 20 and npm
	@command -v npm >/dev/null || { echo "check-clients needs Node 20 or newer with npm (Debian: apt-get install -y nodejs npm)"; exit 1; }
	@command -v redis-server >/dev/null || { echo "installing redis-server"; apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq redis-server >/dev/null; } || \
		{ echo "check-clients needs redis-server (Debian: apt-get install -y redis-server)"; exit 1; }
	@command -v chromium >/dev/null || { echo "installing chromium"; apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; } || \
		{ echo "check-clients needs Chromium (Debian: apt-get install -y chromium)"; exit 1; }
	@[ -x "$$(command -v nginx || echo /usr/sbin/nginx)" ] || { echo "installing nginx"; apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq nginx-light >/dev/null; } || \
		{ echo "check-clients needs nginx (Debian: apt-get install -y nginx-light)"; exit 1; }
	$(GO) vet -tags redis,load,browser,nginx ./internal/redismemory/... ./internal/load/... ./internal/approvals/... ./internal/serve/... ./cmd/...
	$(GO) test -count=1 -tags nginx -run '^TestNginx' ./internal/serve
	$(GO) test -count=1 -tags browser -run 'Browser$$' ./internal/approvals
	$(GO) test -count=1 -shuffle=on -tags redis ./internal/redismemory/...
	$(GO) test -count=1 -tags redis -run '^TestTwoServersWithOneRedis' ./cmd/kombo-mcp
	$(GO) test -count=1 -v -tags load -run '^TestASoak' ./internal/load -args -soak 20s
	@$(MAKE) --no-print-directory bundle npm NPM_PLATFORMS=$(HERE)
	cd clients && npm ci --no-audit --no-fund --loglevel=error && npm test

check-hosts: build ## run eight hosts that others wrote, a model's script in each, and write docs/hosts/README.md anew; HOSTS=codex runs one; needs Node 20, npm and 3 GB
	@command -v npm >/dev/null || { echo "check-hosts needs Node 20 or newer with npm (Debian: apt-get install -y nodejs npm)"; exit 1; }
	@# Not npm ci: hosts name optional packages of other platforms, which not every registry has.
	cd clients/hosts && npm install --no-save --no-audit --no-fund --loglevel=error && node check.mjs $(HOSTS)
	$(GO) test -count=1 -run 'Generated$$' ./internal/hosts -args -update

check-frameworks: build ## run the programs of docs/frameworks.md, a script in place of the model; needs Node 20, npm and 600 MB
	@command -v npm >/dev/null || { echo "check-frameworks needs Node 20 or newer with npm (Debian: apt-get install -y nodejs npm)"; exit 1; }
	cd clients/frameworks && npm install --no-save --no-audit --no-fund --loglevel=error && node check.mjs

questions: ## ask 25 recruiters' questions and print what the answers cost, beside two other kinds of server
	$(GO) test -count=1 -v -run '^TestRecruiterQuestions$$' ./internal/bench

faults: ## every write under every fault, as a table, and 200 runs that end in a kill
	$(GO) test -count=1 -v -timeout 30m -run 'TestNoFaultCausesADuplicateWrite|TestAfterAKill' ./internal/faults -args -kills 200

costs: ## what large arguments cost each tool: CPU, bytes out and bytes allocated, as a table
	$(GO) test -run '^$$' -bench '^BenchmarkLargeArguments$$' -benchtime 1x ./tools

load: ## throughput, memory and dead clients beside a bare server, 10 minutes on a quiet machine; Linux
	$(GO) test -count=1 -v -timeout 60m -tags load -run 'TestThroughput|TestAThousand|TestDeadClients' ./internal/load -args $(LOAD)

soak: ## mixed load with faults upstream for SOAK, clients that come and go: no lost answer, no leak; Linux
	$(GO) test -count=1 -v -timeout 24h -tags load -run '^TestASoak' ./internal/load -args -soak $(SOAK)

abuse: build ## let-in callers of one tenant at their worst for ABUSE: memory, and what another tenant's calls take; Linux
	$(GO) test -count=1 -v -timeout 24h -tags load -run '^TestAbuse' ./internal/load -args -abuse $(ABUSE)

bench: questions ## the questions, then the benchmarks, half a second each
	$(GO) test -run '^$$' -bench . -benchtime 0.5s -benchmem ./...

# One package at a time, since several write sections of the README.
generate: build ## rewrite all that is generated: goldens, tables, the hosts' pages, the man page, the picture
	$(GO) test -count=1 -p 1 -run 'Generated$$' $(GENERATED) -args -update

clean: ## remove what was built and installed
	rm -rf bin clients/node_modules clients/hosts/node_modules clients/frameworks/node_modules
