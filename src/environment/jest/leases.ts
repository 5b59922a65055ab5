// Loaded with the first use of Python in a Jest worker, since gRPC takes its time.

export { HolderPool } from '../leases/pool.ts'
export { leasesOf } from '../leases/workerLeases.ts'
