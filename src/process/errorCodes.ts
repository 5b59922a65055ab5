/** The code of every error that a user can meet; docs/errors.md explains each. */
export const ERROR_CODES = [
  // The machine and the configuration.
  'PLATFORM_UNSUPPORTED',
  'BROWSER_MODE',
  'OPTIONS_INVALID',
  'NOT_CONFIGURED',
  'POOL_UNKNOWN',
  'PROTOCOL_MISMATCH',
  // Which Python, and what is installed for it.
  'PYTHON_NOT_FOUND',
  'PYTHON_BROKEN',
  'PYTHON_TOO_OLD',
  'PYTHON_NOT_CPYTHON',
  'PYTHON_PACKAGE_TOO_OLD',
  'OVERLAY_INSTALL_FAILED',
  'OVERLAY_INTERRUPTED',
  'OVERLAY_UNUSABLE',
  'OVERLAY_CACHE_UNWRITABLE',
  // The run, its processes and its verdict.
  'RUNS_DIRECTORY_UNWRITABLE',
  'RUN_DIRECTORY_UNSAFE',
  'RUN_DIRECTORY_CORRUPT',
  'RUN_ENDED',
  'REAPER_DIED',
  'PYTHON_START_FAILED',
  'WORKER_START_FAILED',
  'ORPHANS_FOUND',
  'RUN_NOT_VERIFIED',
  // Leases and calls, in a test.
  'LEASE_FAILED',
  'LEASE_ENDED',
  'WORKER_LOST',
  'CALL_TIMEOUT',
  'CALL_ABORTED',
  'ANSWER_UNREADABLE',
  // The command line.
  'INTERRUPTED',
  'TRY_OUT_FAILED',
  'PROJECT_EMPTY',
  'PROJECT_ENVIRONMENT_UNUSABLE',
  'PROJECT_INSTALL_FAILED',
  'PROJECT_BUSY',
  'INIT_NO_PROJECT',
  'INIT_CONFIG_NOT_EDITABLE',
  'INIT_NOT_WRITABLE',
] as const

export type ErrorCode = (typeof ERROR_CODES)[number]
