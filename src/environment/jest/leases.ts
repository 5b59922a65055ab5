// Loaded with the first use of Python in a Jest worker, since gRPC takes its time.

export { TestLeases } from '../leases/testLeases.ts'
export { leasesOf } from '../leases/workerLeases.ts'
