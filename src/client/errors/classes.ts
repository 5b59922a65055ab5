// Every class of error that a test can meet. The entries of the package export this list.
export { SetupError } from '../../support/errors.ts'
export { CallError, LeaseError, PythonError, WorkerLostError } from './errors.ts'
export { PythonTimeoutError } from './timeout.ts'
