import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { installPython } from '../../globalSetup/run/installPython.ts'
import { resolvePools } from '../../options/options.ts'
import type { PythonOptions } from '../../options/pythonOptions.ts'
import { inspectProgram } from '../../pool/python/inspector.ts'
import { SetupError } from '../../support/errors.ts'
import { showDiff } from '../init/showDiff.ts'
import { onInterrupt } from '../interrupt.ts'
import type { ProgramDescription } from './description.ts'
import { findProjects, type TypesProject } from './projects.ts'
import { typesFile } from './typesFile.ts'
import {
  type CheckedProject,
  mergePrograms,
  type PlannedFile,
  planFiles,
  programKey,
  shown,
} from './typesPlan.ts'

export interface TypesRequest {
  /** Compares the files with Python, and writes nothing. */
  check?: boolean | undefined
}

/**
 * Writes the types of the functions that tests can call. With `check`, it shows how the files differ.
 *
 * @returns whether the files are, or were, up to date
 * @throws SetupError TYPES_NO_CONFIG, TYPES_NOT_WRITABLE, or the reason for which Python cannot be started
 */
export async function types({ check = false }: TypesRequest, root = process.cwd()): Promise<boolean> {
  const interrupt = onInterrupt()
  try {
    const planned = planFiles((await findProjects(root)).map(checked))
    const inspected = new Map<string, Promise<ProgramDescription>>()
    let current = true
    for (const file of planned) {
      const text = typesFile(await describe(file, inspected, interrupt.signal), file)
      current = compare(file, text, check, root) && current
    }
    return current
  } finally {
    interrupt.end()
  }
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

async function describe(
  { pools }: PlannedFile,
  inspected: Map<string, Promise<ProgramDescription>>,
  signal: AbortSignal,
): Promise<ProgramDescription> {
  const programs: ProgramDescription[] = []
  for (const pool of pools) {
    const name = programKey(pool)
    const program = inspected.get(name) ?? inspect(pool, signal)
    inspected.set(name, program)
    programs.push(await program)
  }
  return mergePrograms(programs)
}

async function inspect(
  { root, options }: PlannedFile['pools'][number],
  signal: AbortSignal,
): Promise<ProgramDescription> {
  const { executable, overlay } = await installPython(root, options.python, signal)
  const { modules, env, startupTimeout: timeout } = options
  return (await inspectProgram({ root, executable, overlay, modules, env, timeout })) as ProgramDescription
}

function compare({ path }: PlannedFile, text: string, check: boolean, root: string): boolean {
  const before = read(path)
  const name = shown(path, root)
  if (before === text) {
    console.log(`${name} is up to date.`)
    return true
  }
  if (check) {
    console.log(showDiff({ path: name, before, after: text }))
    console.error(`${name} does not match Python's signatures. To update it: npx vitest-python types`)
    return false
  }
  write(path, text)
  console.log(`${before === undefined ? 'Wrote' : 'Updated'} ${name}.`)
  return true
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function write(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  } catch (cause) {
    throw new SetupError('TYPES_NOT_WRITABLE', `Cannot write ${path}: ${(cause as Error).message}`, { cause })
  }
}
