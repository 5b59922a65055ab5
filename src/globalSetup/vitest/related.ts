import { dirname, resolve, sep } from 'node:path'
import type { PythonOptions } from '../../options/pythonOptions.ts'
import { narrowByFunctions } from './functionUsage.ts'
import { type CachingVitest, readUsage } from './usageFile.ts'
import { testsUsing } from './usageMap.ts'

/** The parts of Vitest and of a project of it that are used here. */
interface RelatedVitest extends CachingVitest {
  config: CachingVitest['config'] & { watch?: boolean; changed?: unknown; related?: string[] | undefined }
}

interface RelatedProject {
  config: { root: string }
  globTestFiles(): Promise<{ testFiles: string[] }>
}

/** The test files that a changed file concerns, although Vitest's own module graph does not know it. */
type Extend = (changed: string) => readonly string[]

const extensions = new WeakMap<object, Extend[]>()

/**
 * Has `vitest --changed` and `vitest related file.py` run the test files that used a changed Python file when they ran
 * last; if that is unknown, all test files of a project that may use it. Watch mode needs none of this.
 */
export async function relatePython(
  vitest: RelatedVitest,
  project: RelatedProject,
  options: PythonOptions,
): Promise<void> {
  const { config } = vitest
  if (config.watch || !(config.changed || config.related)) return
  const { testFiles } = await project.globTestFiles()
  const directories = pythonDirectories(project.config.root, options)
  const map = readUsage(vitest)
  extend(config, (changed) => {
    const file = resolve(config.root, changed)
    const known = testsUsing(map, { root: config.root, file, testFiles })
    if (known) return narrowByFunctions(vitest, file, known, map)
    return concerns(file, directories) ? testFiles : []
  })
}

/** The directories whose Python files a project may use: its root, and those of files that it lists outside of it. */
export function pythonDirectories(root: string, options: PythonOptions): string[] {
  const pools = [options, ...Object.values(options.pools ?? {})]
  const files = pools.flatMap((pool) => pool?.modules ?? []).filter((module) => module.endsWith('.py'))
  return [root, ...files.map((file) => dirname(resolve(root, file)))]
}

/** Whether a changed file is a Python file below one of the directories. */
export function concerns(changed: string, directories: readonly string[]): boolean {
  return changed.endsWith('.py') && directories.some((directory) => changed.startsWith(directory + sep))
}

/** Vitest assigns `related` late, when it has asked git. */
function extend(config: RelatedVitest['config'], more: Extend): void {
  const known = extensions.get(config)
  if (known) {
    known.push(more)
    // A map that is complete already is extended once more.
    const { related } = config
    config.related = related
    return
  }
  const all = [more]
  extensions.set(config, all)
  const extended = (files: readonly string[]) => [
    ...new Set([...files, ...files.flatMap((file) => all.flatMap((one) => one(file)))]),
  ]
  let related = config.related && extended(config.related)
  Object.defineProperty(config, 'related', {
    configurable: true,
    enumerable: true,
    get: () => related,
    set(files: string[] | undefined) {
      related = files && extended(files)
    },
  })
}
