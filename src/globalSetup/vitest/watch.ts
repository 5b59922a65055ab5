import { relative } from 'node:path'
import type { Vitest } from 'vitest/node'
import { type RecordedRunner, Recording } from '../../report/record/recording.ts'
import { addPythonCoverage } from '../run/coverage.ts'
import { showConclusion } from '../run/output.ts'
import { Registry } from '../run/registry.ts'
import { narrowByFunctions } from './functionUsage.ts'
import { typesRefreshOf } from './typesRefresh.ts'
import { saveFunctions } from './usageFile.ts'

/**
 * A registry for a Vitest. In watch mode, if a Python file changes, the test files that have used it run again:
 * `watchTriggerPatterns` is Vitest's own way to map files to tests. Otherwise the next `vitest --changed` needs to know
 * what they have used.
 */
export function watchingRegistry(vitest: Vitest): Registry {
  const { config } = vitest
  const recording = new Recording(recordedRunner(vitest))
  if (!config.watch) {
    const registry = new Registry({ recording, watch: { onFile() {} } })
    reportCoverage(vitest, registry)
    return registry
  }
  const onFile = (file: string) => {
    // Vite watches its root itself.
    if (relative(config.root, file).startsWith('..')) vitest.vite.watcher.add(file)
  }
  const registry = new Registry({ watch: { onFile }, recording })
  config.watchTriggerPatterns = [
    ...(config.watchTriggerPatterns ?? []),
    {
      pattern: /\.py$/,
      testsToRun: (file) => {
        void typesRefreshOf(config).changed()
        const users = registry.fileChanged(file)
        return config.coverage.enabled ? narrowByFunctions(vitest, file, users) : users
      },
    },
  ]
  concludeReruns(vitest, registry)
  reportCoverage(vitest, registry)
  return registry
}

function recordedRunner({ version, config }: Vitest): RecordedRunner {
  return { runner: { name: 'vitest', version }, shard: config.shard ?? null, root: config.root }
}

/** Vitest gives its map to the reporters before it writes it down and checks the thresholds. */
function reportCoverage(vitest: Vitest, registry: Registry): void {
  const { reporters } = vitest as unknown as { reporters?: { onCoverage?(map: unknown): Promise<void> }[] }
  const { enabled, reportsDirectory } = vitest.config.coverage
  if (!enabled) return
  reporters?.push({
    async onCoverage(map) {
      saveFunctions(vitest, await addPythonCoverage(map, registry, reportsDirectory))
    },
  })
}

/** Watch mode tears down only when it ends, so the reports are written after each rerun as well. */
function concludeReruns(vitest: Vitest, registry: Registry): void {
  const { reporters } = vitest as unknown as { reporters?: { onTestRunEnd?(): Promise<void> }[] }
  reporters?.push({
    async onTestRunEnd() {
      const conclusion = await registry.conclude()
      if (conclusion) showConclusion(conclusion)
    },
  })
}
