#!/usr/bin/env bash
# Runs a Node program on a Ray cluster of this machine, once for each of CLUSTER_CASES, and then ends the cluster:
#
#   RAY_PYTHON=<python with Ray> CLUSTER_NODES=3 CLUSTER_CASES="a b" CLUSTER_OUT=<directory> in-cluster.sh program.mjs …
#
# For each case it writes <case>.log, <case>.status, and <case>.left: the processes that are left with a mark of a run.
# The cluster has network and PID namespaces of its own, because `ray stop` would end every Ray process of the machine, and
# because Ray listens on every interface. Making them needs root or CAP_SYS_ADMIN.
set -eu
if [ -z "${IN_CLUSTER:-}" ]; then
  export IN_CLUSTER=1
  exec unshare --net --pid --mount --fork --mount-proc --kill-child bash "$0" "$@"
fi
ip link set lo up
mount -t tmpfs none /dev/shm
work=$(mktemp -d)
export RAY_USAGE_STATS_ENABLED=0 RAY_ADDRESS=127.0.0.1:6399
if [ -z "${CLUSTER_OPEN:-}" ]; then
  export RAY_AUTH_MODE=token RAY_AUTH_TOKEN
  RAY_AUTH_TOKEN=$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')
fi
ray() {
  "${RAY_PYTHON%/*}/ray" start --num-cpus=2 --object-store-memory=80000000 --disable-usage-stats "$@" >>"$work/ray.log" 2>&1 ||
    { cat "$work/ray.log"; exit 3; }
}
ray --head --port=6399 --node-ip-address=127.0.0.1 --include-dashboard=false --temp-dir="$work/ray"
for ((node = 2; node <= ${CLUSTER_NODES:-1}; node++)); do
  ip addr add "127.0.0.$node/8" dev lo
  ray --address="$RAY_ADDRESS" --node-ip-address="127.0.0.$node"
done
for case in $CLUSTER_CASES; do
  status=0
  CASE=$case "${CLUSTER_PROGRAM:-node}" "$@" >"$CLUSTER_OUT/$case.log" 2>&1 || status=$?
  echo "$status" >"$CLUSTER_OUT/$case.status"
  # Whatever the product says: a mark in the environment of any process. A tree that has lost its run ends by itself.
  for _ in {1..50}; do
    grep -lsz '^VITEST_PYTHON_RUN_ID=' /proc/[0-9]*/environ >"$CLUSTER_OUT/$case.left" || break
    sleep 0.2
  done
done
rm -rf "$work"
# Not the last command, which bash would become: PID 1 has to reap, or Ray takes a raylet that is a zombie for alive.
exit 0
