import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'

/** The part of TypeScript's API that is used. A newer one may lack it. */
interface TypeScript {
  sys: { fileExists(path: string): boolean }
  findConfigFile(from: string, exists: (path: string) => boolean): string | undefined
  getParsedCommandLineOfConfigFile(
    path: string,
    options: object,
    host: object,
  ): { fileNames: string[]; projectReferences?: readonly object[] } | undefined
  resolveProjectReferencePath(reference: object): string
}

/**
 * Whether the project's tsconfig.json includes a file, itself or by a reference to another one.
 *
 * @returns `undefined` if there is no tsconfig.json, or no TypeScript that can tell
 */
export function isCompiled(file: string, root: string): boolean | undefined {
  try {
    const ts = createRequire(join(root, 'package.json'))('typescript') as TypeScript
    const config = ts.findConfigFile(root, ts.sys.fileExists)
    return config === undefined ? undefined : includes(ts, [config], resolve(file))
  } catch {
    return undefined
  }
}

/** Goes through the configurations in `found`, which grows by their references. */
function includes(ts: TypeScript, found: string[], file: string): boolean {
  for (const path of found) {
    const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic() {} }
    const { fileNames = [], projectReferences = [] } =
      ts.getParsedCommandLineOfConfigFile(path, {}, host) ?? {}
    if (fileNames.some((name) => resolve(name) === file)) return true
    for (const reference of projectReferences) {
      const other = ts.resolveProjectReferencePath(reference)
      if (!found.includes(other)) found.push(other)
    }
  }
  return false
}
