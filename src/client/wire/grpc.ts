import { createRequire } from 'node:module'
import { outside } from '../../support/outside.ts'

const require = createRequire(import.meta.url)

/** Loads grpc-js when it is needed: by a stub, or by a session over gRPC. Loading it takes longer than a test file needs to lease a worker. */
export function loadGrpc(): typeof import('@grpc/grpc-js') {
  return outside(() => require('@grpc/grpc-js'))
}
