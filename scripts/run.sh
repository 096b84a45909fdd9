#!/usr/bin/env bash
# `make run`: Teal on a seeded AWS of this machine's own. Ctrl-C ends all that was started here, and nothing else.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"

scripts/setup.sh run
seal_off_aws

mkdir -p .teal
exec 9>.teal/run.lock
if command -v flock >/dev/null && ! flock -n 9; then
  die "another 'make run' of this checkout is up. End it first, for the two would share .teal/"
fi

cargo build -p teal-server --bin teal
scripts/assets.sh dev

# The emulated AWS forgets everything between runs. A journal that remembers would tell of a flag that was deleted
# and made anew, so each run begins with a fresh one.
if [ -e .teal/teal.db ]; then
  for part in "" -wal -shm; do
    rm -f ".teal/teal.db.previous$part"
    if [ -e ".teal/teal.db$part" ]; then mv ".teal/teal.db$part" ".teal/teal.db.previous$part"; fi
  done
  say "A fresh world and a fresh journal; the last one is kept as .teal/teal.db.previous"
fi

if [ ! -e .teal/teal.toml ]; then
  cat >.teal/teal.toml <<'TOML'
# Written by `make run` and yours to change; delete it to get it anew.
listen = "127.0.0.1:3000"
site = "target/site"
# The emulated AWS records who did what and how.
cloudtrail = true

[store]
path = ".teal/teal.db"

# What was paid. Of the emulated Cost Explorer it is for nothing; of the real one each request costs $0.01.
[costs]
actual = true
list_prices = true

[[pair]]
id = "dev"
name = "Analytics · dev"
project = "mwaa-openlineage"
environment = "dev"
region = "us-east-2"

# The emulated Marquez: its port is another one each time, and is put in for 5000 when Teal is started.
[pair.lineage]
public_url = "http://127.0.0.1:5000"
api_url = "http://127.0.0.1:5000"
health_url = "http://127.0.0.1:5000/healthcheck"

[pair.costs]
budget = "900.00"
failed_hour = "5000"

[pair.policy]
strategy = "pause-standby"
drain = "5m"
watch = "5m"
smoke = ["guarded_example"]
runbook_url = "https://wiki.example.com/teal/dev"

[[pair.policy.guard]]
alarm = "mwaa-openlineage-blue-dev-scheduler-heartbeat"
runbook_url = "https://wiki.example.com/teal/heartbeat"

[[pair.policy.guard]]
alarm = "mwaa-openlineage-green-dev-scheduler-heartbeat"
runbook_url = "https://wiki.example.com/teal/heartbeat"

[[pair.policy.freeze]]
because = "The books are closed"
zone = "Europe/Berlin"
rrule = "FREQ=MONTHLY;BYMONTHDAY=-1"
starts = "2026-01-31T18:00"
lasts = "12h"

# A second one, as careful as production.
[[pair]]
id = "prod"
name = "Analytics · prod"
project = "mwaa-openlineage"
environment = "prod"
region = "us-east-2"

[pair.names]
flag = "/mwaa/blue-green/prod/active-environment"

[pair.costs]
budget = "1800.00"

[pair.policy]
two_person = true
change_ref = "required"
change_ref_pattern = "CHG[0-9]{7}"
anti_flap = "30m"
says = { class = "block" }
proven_on = "dev"
smoke = ["guarded_example"]
runbook_url = "https://wiki.example.com/teal/prod"

[[pair.policy.guard]]
alarm = "mwaa-openlineage-blue-prod-scheduler-heartbeat"
runbook_url = "https://wiki.example.com/teal/heartbeat"

[[pair.policy.guard]]
alarm = "mwaa-openlineage-green-prod-scheduler-heartbeat"
runbook_url = "https://wiki.example.com/teal/heartbeat"

[[pair.policy.freeze]]
because = "Weekend"
zone = "Europe/Berlin"
cron = "0 17 * * FRI"
lasts = "2d 15h"
TOML
fi

ending=
end() {
  ending=yes
  trap '' INT TERM HUP
  stop_started
}
trap 'end; exit 130' INT
trap 'end; exit 143' TERM HUP
trap end EXIT

# The port of the file, unless somebody sits on it already.
if [ -z "${TEAL_LISTEN:-}" ]; then
  wanted="$(sed -n 's/^listen *= *"127\.0\.0\.1:\([0-9]*\)".*/\1/p' .teal/teal.toml)"
  if [ -n "$wanted" ] && ! port_is_free "$wanted"; then
    TEAL_LISTEN="127.0.0.1:$(free_port "$((wanted + 1))")"
    export TEAL_LISTEN
    say "Port $wanted is taken; using $TEAL_LISTEN"
  fi
fi

port="${TEAL_LISTEN:-127.0.0.1:${wanted:-3000}}"
port="${port##*:}"
start_world world .teal --live --prod --airflows --teal "http://localhost:$port" 9>&- || exit 1
world=$LAST
source .teal/world.env

# People sign in at the emulated Cognito, which is another one each time.
sed "s|http://127\.0\.0\.1:5000\b|$(world_value .teal/world.json marquez)|" .teal/teal.toml >.teal/run.toml
if ! grep -q '^\[sign_in\]' .teal/teal.toml; then
  { printf '\n'; cat .teal/world.sign_in.toml; } >>.teal/run.toml
  say "Sign in as vera (viewer), marc (manager), olga (operator), anton (approver), aude (auditor) or ada (admin);"
  say "  the password is $(world_value .teal/world.json sign_in.password) for all of them"
fi

say "Emulated AWS at $AWS_ENDPOINT_URL. To play somebody with the AWS command line, in another window:"
say "  scripts/outsider.py --to green"
say "and somebody who unplugs an Airflow: scripts/outsider.py --airflow green --silent (then --answers)"
say "For Teal's own command line there: source .teal/world.env; target/debug/teal status --config .teal/run.toml"
start - target/debug/teal serve --config .teal/run.toml 9>&-
teal=$LAST
# Cost Explorer was asked for the past on the days before, as it were.
start .teal/bills.log "$VENV_PYTHON" scripts/seed_bills.py --store .teal/teal.db --pairs dev prod 9>&-

# Until one of the two ends by itself; Ctrl-C goes through the trap above.
status=0
wait -n "$world" "$teal" || status=$?
if [ -z "$ending" ]; then
  if kill -0 "$teal" 2>/dev/null; then
    tail -n 5 .teal/world.log >&2
    warn "teal: the emulated AWS ended by itself (.teal/world.log)"
  else
    warn "teal: the server ended by itself with status $status"
  fi
fi
exit "$((status == 0 ? 1 : status))"
