/** Version of the messages and lines between the processes of a run; see docs/protocol.md. */
export const PROTOCOL = 1

/** The error text for a peer of another version: "The run speaks protocol 1 and these fixtures 2: …". */
export function protocolMismatch(peer: string, version: unknown, here: string): string {
  return (
    `${peer} speaks protocol ${String(version)} and ${here} ${PROTOCOL}: ` +
    'two versions of vitest-environment-python are installed. Install one.'
  )
}

/** Environment variable that every process of a run carries. */
export const RUN_ID_VARIABLE = 'VITEST_PYTHON_RUN_ID'

/** Environment variable that holds the ID of the run on a node of a cluster, whose processes have a mark of their own. */
export const CLUSTER_RUN_VARIABLE = 'VITEST_PYTHON_CLUSTER_RUN_ID'

/** Environment variable that holds the run's directory. It leads from a process of a run to the run's owner. */
export const RUN_DIRECTORY_VARIABLE = 'VITEST_PYTHON_RUN_DIRECTORY'

/** Environment variable that holds the lease during which a process was executed. */
export const LEASE_VARIABLE = 'VITEST_PYTHON_LEASE'

/** Environment variable that has workers listen on a network. The reaper takes it; it reaches no other program. */
export const LISTEN_VARIABLE = 'VITEST_PYTHON_LISTEN'
