import { resolve } from 'node:path'
import type { TypesOption } from '../options/pythonOptions.ts'
import type { ResolvedOptions } from '../options/schema.ts'
import type { ProgramDescription } from './description.ts'

/** The file for one or more projects, and the pools whose functions it lists. */
export interface PlannedFile {
  /** Absolute. */
  readonly path: string
  readonly entries: string[]
  readonly strict: boolean
  readonly int: string
  readonly pools: { readonly root: string; readonly options: ResolvedOptions }[]
}

/** A project with its checked options. */
export interface CheckedProject {
  readonly entry: string
  readonly root: string
  readonly types: TypesOption | undefined
  readonly pools: Record<string, ResolvedOptions>
}

/** Where the types go if the option `types` is not set. */
export const DEFAULT_FILE = './python.d.ts'

/** Plans the files. Projects with the same file share it. */
export function planFiles(projects: readonly CheckedProject[]): PlannedFile[] {
  const files = new Map<string, PlannedFile>()
  for (const { entry, root, types, pools } of projects) {
    const settings = typeof types === 'object' ? types : { file: types ?? DEFAULT_FILE }
    const path = resolve(root, settings.file)
    const before = files.get(path)
    files.set(path, {
      path,
      entries: [...new Set([...(before?.entries ?? []), entry])].sort(),
      strict: (before?.strict ?? false) || settings.strict === true,
      int: settings.int ?? before?.int ?? 'number',
      pools: [...(before?.pools ?? []), ...Object.values(pools).map((options) => ({ root, options }))],
    })
  }
  return [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** Identifies a program: pools with the same modules and interpreter are inspected once. */
export function programKey({ root, options }: PlannedFile['pools'][number]): string {
  return JSON.stringify([root, options.python, options.modules, options.env])
}

/** The functions of several pools. If two have a function of one name, the first one counts. */
export function mergePrograms(programs: readonly ProgramDescription[]): ProgramDescription {
  return {
    modules: [...new Set(programs.flatMap(({ modules }) => modules))],
    functions: Object.assign({}, ...[...programs].reverse().map(({ functions }) => functions)),
    classes: Object.assign({}, ...[...programs].reverse().map(({ classes }) => classes)),
  }
}
