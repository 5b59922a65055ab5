// Loaded with the first use of Python in a Jest worker, since gRPC takes its time.
export { leasesOf } from '../leases/leases.ts'
export { HolderPool } from '../leases/pool.ts'
