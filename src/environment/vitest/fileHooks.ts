import { afterEach, beforeEach } from 'vitest'
import { beginTest, endFile, endTest, fileState } from '../leases/fileEnd.ts'
import { Annotations } from './results/annotations.ts'

/** A hook for the end of the file. */
export async function endThisFile(): Promise<void> {
  // biome-ignore lint/complexity/noArguments: Vitest 4.1 passes a context before the suite, 3.2 does not, and both read parameters
  await endFile(Array.from(arguments).at(-1))
}

/** Tells the file's leases which tests run. */
export function watchTests(): void {
  beforeEach(({ task, annotate }) => {
    fileState().onEnd.set(task, new Annotations({ task, annotate }).add)
    beginTest(task)
  })
  afterEach(({ task }) => endTest(task))
}
