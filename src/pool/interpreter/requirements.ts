import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../support/packageRoot.ts'

/** A Python distribution that the workers need. */
export interface Requirement {
  /** The oldest installed version that the workers can run with. */
  minimum: string
  /** The version that is installed into an overlay. */
  pin: string
  /** The package to look for, if its name differs from the distribution's. */
  module?: string
  /** Installed into an overlay that exists for other reasons, but no reason to make one. */
  optional?: boolean
}

/** Keys are the names of distributions on the index. */
export type Requirements = Record<string, Requirement>

const MODULES: Record<string, string> = {
  grpcio: 'grpc',
  protobuf: 'google.protobuf',
  'grpcio-health-checking': 'grpc_health',
  'grpcio-reflection': 'grpc_reflection',
  'grpcio-status': 'grpc_status',
}

/** The package whose presence shows that a distribution is installed. */
export function moduleOf(name: string, requirement: Requirement | undefined): string {
  return requirement?.module ?? MODULES[name] ?? name.replaceAll('-', '_')
}

/** The requirements of this package's Python code. */
export function readRequirements(
  path: string = join(packageRoot, 'python', 'vitest_python', 'requirements.json'),
): Requirements {
  return JSON.parse(readFileSync(path, 'utf8')) as Requirements
}
