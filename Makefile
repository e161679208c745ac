# Agente-CEO. `make run` and `make test` do all the set-up that they need.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

BIN     := bin/agente-ceo
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
UI_SRC  := $(shell find ui/src ui/public ui/index.html ui/package.json ui/package-lock.json ui/vite.config.ts ui/tsconfig.json ui/svelte.config.js -type f 2>/dev/null)
RACE    := ./runtime/... ./actors/... ./httpapi/... ./platforms/httpx/...

.PHONY: help setup setup-tests ui build run test test-go test-race test-bench test-ui torture lint bench generate simulate clean

help: ## List the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Check the tools and install PostgreSQL where it is missing and permitted
	@.ci/setup

setup-tests: # What only tests need, too: a browser
	@.ci/setup tests

ui/node_modules/.installed: ui/package-lock.json
	@echo "ui: installing packages"
	@cd ui && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

ui/dist/index.html: ui/node_modules/.installed $(UI_SRC)
	@echo "ui: building"
	@cd ui && npm run --silent build
	@touch ui/dist/.gitkeep

ui: setup ui/dist/index.html ## Build the dashboard

build: ui ## Build bin/agente-ceo with the dashboard inside
	@echo "go: building $(BIN) (the first time takes a minute or two)"
	@go build -trimpath -ldflags "-X main.version=$(VERSION)" -o $(BIN) .

run: build ## Start the business in the sandbox at a day a minute: http://127.0.0.1:8080
	@exec ./$(BIN) serve $(ARGS)

simulate: build ## Run 90 virtual days and print what the business earned (ARGS="--days 30 --seed 3")
	@exec ./$(BIN) simulate $(or $(ARGS),--days 90 --seed 7)

test: ui lint test-ui test-race test-go test-bench ## Set up and run every test

lint: setup
	@go vet ./...
	@go tool staticcheck ./...

# What runs under the race detector is not run a second time without it.
test-go: setup-tests ui
	@go test -timeout 20m $$(comm -23 <(go list ./... | sort) <(go list $(RACE) | sort))

test-race: setup
	@go test -race $(RACE)

# Each benchmark runs once, so that none rots. Those that take minutes skip, and have a test that runs a small round of theirs.
test-bench: setup
	@go test -short -run '^$$' -bench . -benchtime 1x $$(grep -rl '^func Benchmark' --include='*_test.go' --exclude-dir=node_modules . | xargs -n1 dirname | sort -u) | grep -vE '^(Benchmark|goos|goarch|pkg|cpu|PASS)'

# Sizes: TORTURE_POINTS crash points, TORTURE_SEEDS seeds of every other part; TORTURE_FIRST is the first seed of all.
torture: setup-tests ## Kill, freeze and starve the business at full size (TORTURE_POINTS=1000 TORTURE_SEEDS=1000)
	@TORTURE_POINTS=$${TORTURE_POINTS:-1000} TORTURE_SEEDS=$${TORTURE_SEEDS:-1000} go test -count 1 -timeout 48h -run Torture -v . | grep -vE '^ *=== '
	@TORTURE_DELIVERIES=$${TORTURE_DELIVERIES:-10000} TORTURE_FORGERIES=$${TORTURE_FORGERIES:-1000} go test -count 1 -run 'TestDeliveries|Forgeries' . ./httpapi

test-ui: ui
	@cd ui && npm run --silent check && npm run --silent test

bench: setup ## Measure speed and size (median ratios; nothing is asserted)
	@mkdir -p out
	@failed=0; go test -timeout 30m -run '^$$' -bench . -benchmem ./... | grep -E '^(Benchmark|pkg|goos|cpu|--- |FAIL|    )' | tee out/bench.txt || failed=$$?; \
	  .ci/ratios < out/bench.txt; exit $$failed

generate: ## Regenerate the protobuf code (needs protoc)
	@command -v protoc >/dev/null || { echo "generate needs protoc: apt-get install protobuf-compiler"; exit 1; }
	@go build -o bin/protoc-gen-go google.golang.org/protobuf/cmd/protoc-gen-go
	@cd messages && protoc --plugin=protoc-gen-go=../bin/protoc-gen-go --go_out=. --go_opt=paths=source_relative -I. *.proto

clean: ## Remove what was built; data/ stays
	@rm -rf bin ui/node_modules ui/dist/assets ui/dist/index.html
