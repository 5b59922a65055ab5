import { relative } from 'node:path'
import { installPython } from '../../globalSetup/run/installPython.ts'
import { isCompiled } from '../../types/isCompiled.ts'
import { makeTypes, type TypesFile, writeTypes } from '../../types/typesFiles.ts'
import { showDiff } from '../init/showDiff.ts'
import { onInterrupt } from '../interrupt.ts'
import { print, printError } from '../print.ts'
import { findProjects } from './projects.ts'

export interface TypesRequest {
  /** Compares the files with Python, and writes nothing. */
  check?: boolean | undefined
}

/**
 * Writes the types of the functions that tests can call. With `check`, it shows how the files differ.
 *
 * @returns whether the files are up to date now
 * @throws SetupError TYPES_NO_CONFIG, TYPES_NOT_WRITABLE, INTERRUPTED, or the reason for which Python cannot be started
 */
export async function types({ check = false }: TypesRequest, root = process.cwd()): Promise<boolean> {
  const { signal, end } = onInterrupt()
  try {
    const projects = await findProjects(root)
    const files = await makeTypes(projects, {
      install: (place, python) => installPython(place, python, signal),
      warn: printError,
      signal,
    })
    const act = check ? compare : update
    for (const path of files.map((file) => file.path).filter((path) => isCompiled(path, root) === false))
      printError(
        `tsconfig.json does not include ${relative(root, path)}, so TypeScript does not know it. Add it to "include", or move it with the option types.`,
      )
    return files.map((file) => act(file, relative(root, file.path))).every(Boolean)
  } finally {
    end()
  }
}

function compare({ text, before }: TypesFile, path: string): boolean {
  if (before === text) return upToDate(path)
  print(showDiff({ path, before, after: text }))
  printError(`${path} does not match the signatures of Python. To update it: npx vitest-python types`)
  return false
}

function update(file: TypesFile, path: string): boolean {
  if (!writeTypes(file)) return upToDate(path)
  print(`${file.before === undefined ? 'Wrote' : 'Updated'} ${path}.`)
  return true
}

function upToDate(path: string): boolean {
  print(`${path} is up to date.`)
  return true
}
