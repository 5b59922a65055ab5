import { JEST_CONFIGS } from './editJest.ts'
import { VITEST_CONFIGS } from './editVitest.ts'

export type RunnerName = 'vitest' | 'jest'

/** The fields of package.json that are read here. */
export interface Manifest {
  type?: string
  jest?: unknown
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
}

/** The runner whose configuration or package the project has; Vitest if it has both or neither. */
export function chooseRunner(
  files: ReadonlySet<string>,
  manifest: Manifest,
): { name: RunnerName; note?: string } {
  const installs = (name: string) => name in { ...manifest.dependencies, ...manifest.devDependencies }
  const hasJest =
    JEST_CONFIGS.some((file) => files.has(file)) || manifest.jest !== undefined || installs('jest')
  const hasVitest =
    VITEST_CONFIGS.some((file) => file.startsWith('vitest') && files.has(file)) || installs('vitest')
  if (!hasJest) return { name: 'vitest' }
  if (!hasVitest) return { name: 'jest' }
  const note = 'The project also has Jest. To configure it: npx vitest-python init --runner jest'
  return { name: 'vitest', note }
}
