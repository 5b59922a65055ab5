/** On the global object of a test file: it runs in the environment `python`. */
export const PYTHON_ENVIRONMENT = Symbol.for('vitest-environment-python.environment')
