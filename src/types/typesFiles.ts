import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { resolvePools } from '../options/options.ts'
import type { PythonOptions } from '../options/pythonOptions.ts'
import { inspectProgram } from '../pool/inspection/inspectProgram.ts'
import type { PythonInstallation } from '../pool/python/forkserver.ts'
import { SetupError } from '../support/errors.ts'
import type { ProgramDescription } from './description.ts'
import { type CheckedProject, mergePrograms, type PlannedFile, planFiles, programKey } from './filePlan.ts'
import { typesFile } from './typesFile.ts'

/** A project of Vitest or Jest that has Python. */
export interface TypesProject {
  /** The entry of the package that its tests import. */
  readonly entry: 'fixtures' | 'jest'
  readonly root: string
  /** The options of `python({ … })`, unchecked. */
  readonly options: unknown
}

/** A file as it should be. */
export interface TypesFile {
  /** Absolute. */
  readonly path: string
  readonly text: string
  /** The text of the file as it is; `undefined` if there is none. */
  readonly before: string | undefined
}

/** The means of an inspection. */
export interface TypesTools {
  /** Finds Python for a project, and installs the packages that it lacks. */
  install(root: string, python: string | undefined): Promise<PythonInstallation>
  /** Gets a sentence about processes that the modules have left. */
  warn(sentence: string): void
  /** Ends an inspection. */
  readonly signal: AbortSignal
}

/**
 * Describes the functions of the projects. Pools with the same modules are inspected once.
 *
 * @throws SetupError the reason for which Python cannot be started, or INTERRUPTED
 */
export async function makeTypes(projects: readonly TypesProject[], tools: TypesTools): Promise<TypesFile[]> {
  const inspected = new Map<string, Promise<ProgramDescription>>()
  const files: TypesFile[] = []
  for (const file of planFiles(projects.map(checked))) {
    const programs: ProgramDescription[] = []
    for (const pool of file.pools) {
      const name = programKey(pool)
      const program = inspected.get(name) ?? inspect(pool, tools)
      inspected.set(name, program)
      programs.push(await program)
    }
    files.push({ path: file.path, text: typesFile(mergePrograms(programs), file), before: read(file.path) })
  }
  return files
}

/**
 * Writes a file unless it has this text already, so that nothing that watches it runs again.
 *
 * @returns whether it was written
 * @throws SetupError TYPES_NOT_WRITABLE
 */
export function writeTypes({ path, text, before }: TypesFile): boolean {
  if (before === text) return false
  try {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  } catch (cause) {
    throw new SetupError('TYPES_NOT_WRITABLE', `Cannot write ${path}: ${(cause as Error).message}`, { cause })
  }
  return true
}

function checked({ entry, root, options }: TypesProject): CheckedProject {
  const { types } = options as PythonOptions
  return {
    entry,
    root,
    types,
    pools: resolvePools(options, 'The configuration of vitest-environment-python'),
  }
}

async function inspect(
  { root, options }: PlannedFile['pools'][number],
  { install, warn, signal }: TypesTools,
): Promise<ProgramDescription> {
  const installation = await install(root, options.python)
  return (await inspectProgram({ root, options, installation, warn, signal })) as ProgramDescription
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
