import { makeTypes, type TypesProject, writeTypes } from '../../types/typesFiles.ts'
import { installPython } from '../run/installPython.ts'
import { announce } from '../run/output.ts'

/** Writes the files of these projects again, as far as they have changed. */
type Refresh = (projects: readonly TypesProject[]) => Promise<void>

/** Keeps the generated types of a Vitest up to date while it watches. */
export class TypesRefresh {
  readonly #projects = new Map<string, TypesProject>()
  readonly #refresh: Refresh
  #running = false
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
    if (this.#running || this.#projects.size === 0) return
    this.#running = true
    while (this.#again) {
      this.#again = false
      await this.#refresh([...this.#projects.values()])
    }
    this.#running = false
  }
}

/** A module that cannot be imported is reported by its tests, so it is no error here. */
async function writeChanged(projects: readonly TypesProject[]): Promise<void> {
  try {
    const { signal } = new AbortController()
    const files = await makeTypes(projects, (root, python) => installPython(root, python, signal))
    for (const file of files) if (writeTypes(file)) announce(`Updated ${file.path}.`)
  } catch {}
}

const refreshes = new WeakMap<object, TypesRefresh>()

/** That of a Vitest. */
export function typesRefreshOf(vitest: object): TypesRefresh {
  const refresh = refreshes.get(vitest) ?? new TypesRefresh()
  refreshes.set(vitest, refresh)
  return refresh
}
