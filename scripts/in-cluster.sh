#!/usr/bin/env bash
# Runs a Node program on a Ray cluster of this machine, once for each of CLUSTER_CASES, and then ends the cluster:
#
#   RAY_PYTHON=<python with Ray> CLUSTER_NODES=3 CLUSTER_CASES="a b" CLUSTER_OUT=<directory> in-cluster.sh program.mjs …
#
# For each case it writes <case>.log, <case>.status, and <case>.left: the processes that are left with a mark of a run.
# The cluster has namespaces of its own, because `ray stop` would end every Ray process of the machine, and because Ray listens
# on every interface. The program shares those of the head, 10.77.0.1. Each further node is a container, with its own network,
# processes, shared memory and temporary files; other files are those of this machine. `ip link set node2 down` cuts off node 2,
# 10.77.0.2. A container that ends is started again. Until Ray runs in it, CLUSTER_OUT/node2.up is missing.
# Making namespaces needs root or CAP_SYS_ADMIN.
set -eu
isolate=(unshare --net --pid --mount --fork --mount-proc --kill-child bash "$0")
if [ -z "${IN_CLUSTER:-}" ]; then
  export IN_CLUSTER=head
  exec "${isolate[@]}" "$@"
fi
work=$CLUSTER_OUT/ray
export RAY_USAGE_STATS_ENABLED=0 RAY_ADDRESS=10.77.0.1:6399

ray() {
  TMPDIR=$work/tmp "${RAY_PYTHON%/*}/ray" start --num-cpus=2 --object-store-memory=80000000 --disable-usage-stats "$@"
}

# They are gone with the namespaces, however these end.
own_files() {
  mount -t tmpfs none /dev/shm
  mkdir -p "$work"
  mount -t tmpfs none "$work"
  mkdir "$work/tmp"
}

# Runs in the container of node $1.
contain() {
  ip link set lo up
  until ip link set eth0 up 2>/dev/null; do sleep 0.05; done
  ip addr add "10.77.0.$1/24" dev eth0
  own_files
  ray --address="$RAY_ADDRESS" --node-ip-address="10.77.0.$1" --resources='{"container": 100}'
  touch "$CLUSTER_OUT/node$1.up"
  # Not one last command, which bash would become: PID 1 has to reap, or Ray takes a raylet that is a zombie for alive.
  while :; do sleep 3600; done
}

# Starts the container of node $1, whenever there is none.
keep() {
  while :; do
    IN_CLUSTER=container "${isolate[@]}" "$1" &
    while [ "/proc/$!/ns/net" -ef /proc/self/ns/net ]; do sleep 0.02; done
    # The link of the container before vanishes a moment after it.
    until ip link add "node$1" type veth peer name eth0 netns "$!" 2>/dev/null; do sleep 0.1; done
    ip link set "node$1" master nodes up
    wait "$!" || true
    rm -f "$CLUSTER_OUT/node$1.up"
  done
}

# Whatever the product says: living processes with a mark in their environment or in their limits (docs/protocol.md).
marked() {
  {
    grep -lsz '^VITEST_PYTHON_RUN_ID=' /proc/[0-9]*/environ
    grep -lsE '^Max (resident set|file locks) +573415[0-9]{13} ' /proc/[0-9]*/limits
  } | cut -d/ -f3 | sort -un | while read -r pid; do
    ! grep -qs '^State:.[^ZX]' "/proc/$pid/status" || echo "$pid $(tr '\0' ' ' <"/proc/$pid/cmdline" | head -c 200)"
  done
}

if [ "$IN_CLUSTER" = container ]; then
  contain "$1"
fi
ip link set lo up
ip link add nodes type bridge
ip addr add 10.77.0.1/24 dev nodes
ip link set nodes up
own_files
if [ -z "${CLUSTER_OPEN:-}" ]; then
  export RAY_AUTH_MODE=token RAY_AUTH_TOKEN
  RAY_AUTH_TOKEN=$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')
fi
ray --head --port=6399 --node-ip-address=10.77.0.1 --include-dashboard=false --temp-dir="$work" >"$CLUSTER_OUT/node1.log" 2>&1 ||
  { cat "$CLUSTER_OUT/node1.log"; exit 3; }
for ((node = 2; node <= ${CLUSTER_NODES:-1}; node++)); do
  keep "$node" >"$CLUSTER_OUT/node$node.log" 2>&1 &
done
for ((node = 2; node <= ${CLUSTER_NODES:-1}; node++)); do
  for ((tenths = 0; tenths < 1200; tenths++)); do
    [ ! -e "$CLUSTER_OUT/node$node.up" ] || continue 2
    sleep 0.1
  done
  echo "Ray did not start on node $node within two minutes:"
  cat "$CLUSTER_OUT/node$node.log"
  exit 3
done
for case in $CLUSTER_CASES; do
  status=0
  CASE=$case "${CLUSTER_PROGRAM:-node}" "$@" >"$CLUSTER_OUT/$case.log" 2>&1 || status=$?
  echo "$status" >"$CLUSTER_OUT/$case.status"
  # A tree that has lost its run ends by itself.
  for _ in {1..50}; do
    marked >"$CLUSTER_OUT/$case.left"
    [ -s "$CLUSTER_OUT/$case.left" ] || break
    sleep 0.2
  done
done
# Not the last command, which bash would become: PID 1 has to reap, or Ray takes a raylet that is a zombie for alive.
exit 0
