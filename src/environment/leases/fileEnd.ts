/**
 * A task for the end of the running test file, before its tests count as finished.
 *
 * @param file the runner's own object for the file, if it passes one
 */
export type FileEnd = (file?: unknown) => Promise<void>

interface FileState {
  /** Whether the setup file runs `endFile`. If not, the code that registers an end must run it. */
  watched: boolean
  ends: FileEnd[]
  /** Called when a test of the file begins and ends. */
  tests: Set<TestListener>
  /** The tests that run now. */
  running: Set<object>
  /** Tells the end of Python to a test that runs, if it wants to know it. */
  onEnd: WeakMap<object, (error: Error) => void>
}

/** Is told before the running tests of a file change. */
export interface TestListener {
  /** @param running the tests that have been running until now */
  change(running: ReadonlySet<object>): void
}

const KEY = Symbol.for('vitest-environment-python.file')

/** The state is on `globalThis`, because the setup file is loaded for each file and other modules once for each process. */
export function fileState(): FileState {
  const holder = globalThis as { [KEY]?: FileState }
  holder[KEY] ??= { watched: false, ends: [], tests: new Set(), running: new Set(), onEnd: new WeakMap() }
  return holder[KEY]
}

/** A test of the file begins. */
export function beginTest(test: object): void {
  const { tests, running } = fileState()
  for (const listener of tests) listener.change(running)
  running.add(test)
}

/** Tells how the file's Python has ended to the test that runs; to none if several run. */
export function tellRunningTest(error: Error): void {
  const { running, onEnd } = fileState()
  const [test, second] = running
  if (test && !second) onEnd.get(test)?.(error)
}

/** A test of the file ends. */
export function endTest(test: object): void {
  const { tests, running } = fileState()
  for (const listener of tests) listener.change(running)
  running.delete(test)
}

/** Runs the registered ends, the latest first, even if one of them throws. Safe to repeat. */
export async function endFile(file?: unknown): Promise<void> {
  const { ends } = fileState()
  const errors: unknown[] = []
  for (let end = ends.pop(); end; end = ends.pop()) {
    await end(file).catch((error: unknown) => void errors.push(error))
  }
  if (errors.length === 1) throw errors[0]
  if (errors.length > 1) throw new AggregateError(errors, errors.map((error) => String(error)).join('\n'))
}
