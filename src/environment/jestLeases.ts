// Loaded with the first use of Python in a Jest worker, since gRPC takes its time.
export { leasesOf } from './leases.ts'
export { HolderPool } from './pool.ts'
