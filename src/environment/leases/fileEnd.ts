/** What has to be done when the running test file ends, before its tests count as over. */
export type FileEnd = () => Promise<void>

interface FileState {
  /** Whether the setup file runs `endFile`; without it, whoever needs it has to see to that. */
  watched: boolean
  ends: FileEnd[]
}

const KEY = Symbol.for('vitest-environment-python.file')

/** On `globalThis`: the setup file is loaded anew for every file, other modules once for each process. */
export function fileState(): FileState {
  const holder = globalThis as { [KEY]?: FileState }
  holder[KEY] ??= { watched: false, ends: [] }
  return holder[KEY]
}

/** Runs what was registered, the latest first. Safe to repeat. */
export async function endFile(): Promise<void> {
  const { ends } = fileState()
  for (let end = ends.pop(); end; end = ends.pop()) await end()
}
