# What every script here needs: where things are, how to speak, how to start and stop processes.
# Sourced, never run.

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
TOOLS="$ROOT/.tools"
VENV_PYTHON="$TOOLS/venv/bin/python"
CHROMIUM="${TEAL_CHROMIUM:-/usr/bin/chromium}"

source "$ROOT/scripts/versions.sh"

say() { printf '%s\n' "$*"; }
warn() { printf '%s\n' "$*" >&2; }
die() { warn "teal: $*"; exit 1; }

# Seconds since the script began, for the lines that tell how long a stage took.
elapsed() { printf '%ds' "$((SECONDS - ${1:-0}))"; }

# One digest over the contents of the files and folders named; their names count too.
digest() {
  find "$@" -type f -print0 2>/dev/null | LC_ALL=C sort -z | xargs -0 -r sha256sum | sha256sum | cut -c1-32
}

port_is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# free_port FIRST: the first port from FIRST upwards that nobody answers on.
free_port() {
  local port
  for ((port = $1; port < $1 + 200; port++)); do
    if port_is_free "$port"; then
      printf '%s' "$port"
      return
    fi
  done
  die "no free port between $1 and $port on 127.0.0.1"
}

# Processes that we started, newest last. Only these are ever ended, each by its own id.
STARTED=()

# start LOG COMMAND…: runs it in the background; its id is then in $LAST. The kernel ends it should
# this script be killed without a chance to do so itself.
start() {
  local log=$1
  shift
  local tie=()
  if command -v setpriv >/dev/null; then tie=(setpriv --pdeathsig TERM --); fi
  if [ "$log" = - ]; then "${tie[@]}" "$@" & else "${tie[@]}" "$@" >"$log" 2>&1 & fi
  LAST=$!
  STARTED+=("$LAST")
}

stop_started() {
  local index pid tick
  for ((index = ${#STARTED[@]} - 1; index >= 0; index--)); do
    pid=${STARTED[index]}
    kill -TERM "$pid" 2>/dev/null || continue
    # A process that does not listen gets ten seconds, then no choice.
    for ((tick = 0; tick < 100; tick++)); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  STARTED=()
}

# wait_for PID SECONDS WHAT TEST…: until TEST succeeds; gives up when the process is gone.
wait_for() {
  local pid=$1 limit=$2 what=$3 tick
  shift 3
  for ((tick = 0; tick < limit * 20; tick++)); do
    if "$@"; then return 0; fi
    kill -0 "$pid" 2>/dev/null || { warn "teal: $what ended before it was ready"; return 1; }
    sleep 0.05
  done
  warn "teal: $what was not ready after $limit s"
  return 1
}

# No credential or profile of the person who runs this may ever reach a real account.
seal_off_aws() {
  unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SESSION_TOKEN AWS_SECURITY_TOKEN AWS_ROLE_ARN \
    AWS_WEB_IDENTITY_TOKEN_FILE AWS_CONTAINER_CREDENTIALS_RELATIVE_URI \
    AWS_CONTAINER_CREDENTIALS_FULL_URI AWS_CA_BUNDLE AWS_IGNORE_CONFIGURED_ENDPOINT_URLS
  export AWS_EC2_METADATA_DISABLED=true AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null
}

# start_world NAME FOLDER [option…]: an emulated AWS; afterwards FOLDER/NAME.json and FOLDER/NAME.env tell of it.
start_world() {
  local name=$1 folder=$2
  shift 2
  rm -f "$folder/$name.json" "$folder/$name.env"
  start "$folder/$name.log" "$VENV_PYTHON" "$ROOT/scripts/world.py" --out "$folder/$name.json" "$@"
  wait_for "$LAST" 60 "the emulated AWS (see $folder/$name.log)" test -s "$folder/$name.json"
}

# One value of a world's JSON file.
world_value() {
  "$VENV_PYTHON" -c 'import functools,json,sys; print(functools.reduce(dict.get, sys.argv[2].split("."), json.load(open(sys.argv[1]))))' "$1" "$2"
}
