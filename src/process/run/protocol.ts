/** Version of the messages and lines between the processes of a run; see docs/protocol.md. */
export const PROTOCOL = 1

/** Environment variable that every process of a run carries. */
export const RUN_ID_VARIABLE = 'VITEST_PYTHON_RUN_ID'

/** Environment variable that leads from a process of a run to the run's directory, and so to its owner. */
export const RUN_DIRECTORY_VARIABLE = 'VITEST_PYTHON_RUN_DIRECTORY'

/** Environment variable that what a leased worker executes carries. */
export const LEASE_VARIABLE = 'VITEST_PYTHON_LEASE'
