import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { resolvePools } from '../../../options/options.ts'
import type { PythonOptions } from '../../../options/pythonOptions.ts'
import type { TypesProject } from '../../../types/typesFiles.ts'
import { findProjects } from '../../types/projects.ts'
import { type Check, ok, problem, warning } from './check.ts'

/** The projects that have Python; `failure` if none has, or if a configuration cannot be loaded. */
export interface Configuration {
  projects: TypesProject[]
  failure?: string
}

export interface ConfigurationFacts {
  /** A summary, and below it the errors of the configurations that cannot be read. */
  failure?: string | undefined
  modules: string[]
  /** Files that the option `modules` names and that do not exist. */
  missing: { entry: string; file: string }[]
}

const read = new Map<string, Promise<Configuration>>()

/** Reads the configurations as the runners do. All checks share the result. */
export function configurationOf(cwd: string): Promise<Configuration> {
  const known = read.get(cwd)
  if (known) return known
  const found = findProjects(cwd).then(
    (projects) => ({ projects }),
    ({ message }: Error) => ({ projects: [], failure: message }),
  )
  read.set(cwd, found)
  return found
}

/** The place and the option that decide which interpreter the first project has. */
export async function pythonOf(cwd: string): Promise<{ root: string; python: string | undefined }> {
  const [first] = (await configurationOf(cwd)).projects
  return { root: first?.root ?? cwd, python: (first?.options as PythonOptions | undefined)?.python }
}

export const configurationCheck: Check<ConfigurationFacts> = {
  name: 'configuration',
  async gather(cwd) {
    const { projects, failure } = await configurationOf(cwd)
    try {
      const entries = projects.flatMap(entriesOf)
      return {
        failure,
        modules: [...new Set(entries.map(({ entry }) => entry))],
        missing: entries.filter(({ entry, file }) => entry.endsWith('.py') && !existsSync(file)),
      }
    } catch (error) {
      return { failure: `\n${(error as Error).message}`, modules: [], missing: [] }
    }
  },
  judge({ failure, modules, missing }) {
    const [summary, ...causes] = failure?.split('\n') ?? []
    if (causes.length > 0) return problem(causes.join('\n'), 'correct the configuration')
    if (summary)
      return warning('no project here has the plugin', 'run vitest-python init, or change directory')
    if (missing.length > 0)
      return problem(
        missing.map(({ entry, file }) => `${entry} does not exist: there is no file ${file}`).join('\n'),
        'correct the option modules; paths are relative to the root of the project',
      )
    if (modules.length === 0)
      return warning('the option modules is empty', 'list the modules that tests call')
    return ok(`modules: ${modules.join(', ')}`)
  },
}

/** @throws SetupError OPTIONS_INVALID. Jest's options are not checked before. */
function entriesOf({ root, options }: TypesProject): ConfigurationFacts['missing'] {
  const pools = Object.values(resolvePools(options))
  return pools.flatMap(({ modules }) => modules.map((entry) => ({ entry, file: resolve(root, entry) })))
}
