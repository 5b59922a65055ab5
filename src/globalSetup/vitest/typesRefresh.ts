import type { TypesProject } from '../../types/typesFiles.ts'
import { announce } from '../run/output.ts'

/** Writes the files of these projects again, as far as they have changed. The signal ends it. */
type Refresh = (projects: readonly TypesProject[], signal: AbortSignal) => Promise<void>

/** Keeps the generated types of a Vitest up to date while it watches. */
export class TypesRefresh {
  readonly #projects = new Map<string, TypesProject>()
  readonly #refresh: Refresh
  readonly #end = new AbortController()
  #running: Promise<void> | undefined
  #again = false

  constructor(refresh: Refresh = writeChanged) {
    this.#refresh = refresh
  }

  add(project: TypesProject): void {
    this.#projects.set(project.root, project)
  }

  /** A Python file has changed. Changes during a refresh are one more refresh. */
  async changed(): Promise<void> {
    this.#again = true
    if (this.#projects.size === 0) return
    this.#running ??= this.#run()
    await this.#running
  }

  /** Ends a refresh that is under way, with its process. There is none afterwards. */
  async stop(): Promise<void> {
    this.#end.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    while (this.#again && !this.#end.signal.aborted) {
      this.#again = false
      await this.#refresh([...this.#projects.values()], this.#end.signal)
    }
    this.#running = undefined
  }
}

/** A module that cannot be imported is reported by its tests, so it is no error here. */
async function writeChanged(projects: readonly TypesProject[], signal: AbortSignal): Promise<void> {
  try {
    // Loaded on demand, so a run without generated types does not pay for them.
    const { makeTypes, writeTypes } = await import('../../types/typesFiles.ts')
    const { installPython } = await import('../run/installPython.ts')
    const files = await makeTypes(projects, {
      install: (root, python) => installPython(root, python, signal),
      warn: announce,
      signal,
    })
    for (const file of files) if (writeTypes(file)) announce(`Updated ${file.path}.`)
  } catch {}
}

const refreshes = new WeakMap<object, TypesRefresh>()

/** The refresh of a Vitest. @param session an object that lives exactly as long as its runs */
export function typesRefreshOf(session: object): TypesRefresh {
  const refresh = refreshes.get(session) ?? new TypesRefresh()
  refreshes.set(session, refresh)
  return refresh
}
