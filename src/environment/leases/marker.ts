/** Marks the global object of a test file that runs in the environment `python`. */
export const PYTHON_ENVIRONMENT = Symbol.for('vitest-environment-python.environment')
