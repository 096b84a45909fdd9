# Everything that a person types. Each target does the set-up that it needs; scripts/ does the work.

.PHONY: run test test-airflow bench build lint audit

run: ## Teal on a seeded AWS of this machine's own, at http://127.0.0.1:3000/
	@scripts/run.sh

test: ## every test there is; the last line is the sum
	@scripts/test.sh

test-airflow: ## two real Airflows, switched while they work; no part of `make test`
	@scripts/test_airflow.sh

bench: ## the figures, as a table and in target/bench.json
	@scripts/bench.sh

build: ## what goes into production: target/release/teal and its site
	@scripts/build.sh

lint: ## formatting and clippy, as CI wants them
	@scripts/lint.sh

audit: ## what came with the dependencies: advisories, licences, origins, and bills of materials in target/sbom
	@scripts/audit.sh
