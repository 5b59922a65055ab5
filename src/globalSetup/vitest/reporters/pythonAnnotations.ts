import { safeLines } from '../../../support/text/safeText.ts'
import type { FileTask, Task } from './reportedVitest.ts'
import type { ShownError } from './shownError.ts'

/** A frame of Python in a stack, as `stackLines` writes it. */
const PYTHON_FRAME = /^ {4}at .+ \((\/[^()]+\.py):(\d+):(\d+)\)$/m

/**
 * GitHub annotations of the Python lines at which tests have failed. Vitest's own reporter annotates the test's line only.
 * Each is one line.
 */
export function pythonAnnotations(files: readonly FileTask[]): string[] {
  return files.flatMap((file) => testsOf(file)).flatMap(annotate)
}

function testsOf(task: Task): Task[] {
  return task.tasks ? task.tasks.flatMap(testsOf) : [task]
}

function annotate({ name, result }: Task): string[] {
  if (result?.state !== 'fail') return []
  return (result.errors ?? []).flatMap(({ message, stack = '' }) => {
    const [, file = '', line, column] = PYTHON_FRAME.exec(stack) ?? []
    if (file === '') return []
    return `::error file=${property(file)},line=${line},col=${column},title=${property(name)}::${data(message)}`
  })
}

/** The annotation of an error of the run. Vitest's own reporter leaves out errors that are in none of its modules. */
export function annotationOf({ name, message }: ShownError): string {
  return `::error title=${property(name)}::${data(message)}`
}

function data(text: string): string {
  return safeLines(text).replaceAll('%', '%25').replaceAll('\n', '%0A')
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
