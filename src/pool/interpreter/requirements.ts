import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packageRoot } from '../../support/packageRoot.ts'

/** What the workers need of one Python distribution. */
export interface Requirement {
  /** The oldest version of the user's own that the workers can run with. */
  minimum: string
  /** The version that the overlay holds. */
  pin: string
  /** The package to look for where the distribution has another name. */
  module?: string
  /** Taken along into an overlay, but no reason to make one. */
  optional?: boolean
}

/** By the distribution's name on the index. */
export type Requirements = Record<string, Requirement>

const MODULES: Record<string, string> = {
  grpcio: 'grpc',
  protobuf: 'google.protobuf',
  'grpcio-health-checking': 'grpc_health',
  'grpcio-reflection': 'grpc_reflection',
  'grpcio-status': 'grpc_status',
}

/** The package that shows that a distribution is there. */
export function moduleOf(name: string, requirement: Requirement | undefined): string {
  return requirement?.module ?? MODULES[name] ?? name.replaceAll('-', '_')
}

/** What the Python side of this package needs, as it states itself. */
export async function readRequirements(
  path: string = join(packageRoot, 'python', 'vitest_python', 'requirements.json'),
): Promise<Requirements> {
  return JSON.parse(await readFile(path, 'utf8')) as Requirements
}
