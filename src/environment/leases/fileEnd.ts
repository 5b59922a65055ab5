/** A task for the end of the running test file, before its tests count as finished. */
export type FileEnd = () => Promise<void>

interface FileState {
  /** Whether the setup file runs `endFile`. If not, the code that registers an end must run it. */
  watched: boolean
  ends: FileEnd[]
}

const KEY = Symbol.for('vitest-environment-python.file')

/** The state is on `globalThis`, because the setup file is loaded for each file and other modules once for each process. */
export function fileState(): FileState {
  const holder = globalThis as { [KEY]?: FileState }
  holder[KEY] ??= { watched: false, ends: [] }
  return holder[KEY]
}

/** Runs the registered ends, the latest first. Safe to repeat. */
export async function endFile(): Promise<void> {
  const { ends } = fileState()
  for (let end = ends.pop(); end; end = ends.pop()) await end()
}
