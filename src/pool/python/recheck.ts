import type { PythonInstallation } from './programConfig.ts'

/** What an interpreter says about itself. */
export interface PythonFacts {
  readonly version: string
  readonly executable: string
  readonly prefix: string
}

/** Whether the interpreter that has started is the one that is meant. */
export function isConfirmed(installation: PythonInstallation, python: PythonFacts | undefined): boolean {
  if (!installation.recheck || !python) return true
  const { version, executable, prefix } = installation
  return version === python.version && executable === python.executable && prefix === python.prefix
}

/** Starts a process of the interpreter, and a second time if the first start failed and the facts were wrong. */
export async function startRechecked<T>(
  installation: PythonInstallation,
  start: (installation: PythonInstallation) => Promise<T>,
): Promise<T> {
  try {
    return await start(installation)
  } catch (error) {
    const right = await installation.recheck?.()
    if (!right) throw error
    return start(right)
  }
}
