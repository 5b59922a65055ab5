/** Whether this user may make the containers of scripts/in-cluster.sh. */
export function mayIsolate(): boolean
