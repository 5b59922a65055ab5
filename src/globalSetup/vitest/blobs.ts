import { readFileSync, writeFileSync } from 'node:fs'
import type { ReportedVitest } from './reportedVitest.ts'
import type { ShownError } from './shownError.ts'

/** The text with which Vitest's blob reporter tells the path of its file. */
const WRITTEN = 'blob report written to'

/** Where a blob has the errors of the run, in Vitest 3 to 5: it is `[version, files, errors, …]`. */
const ERRORS = 2

const written = new WeakMap<object, Set<string>>()

/** Remembers the blobs that Vitest writes from now on. */
export function watchBlobs(vitest: Pick<ReportedVitest, 'logger'>): void {
  const paths = new Set<string>()
  written.set(vitest, paths)
  const log = vitest.logger.log.bind(vitest.logger)
  vitest.logger.log = (...args) => {
    if (args[0] === WRITTEN) paths.add(String(args[1]))
    log(...args)
  }
}

/**
 * Adds an error to the blobs that are written already, so that `vitest --merge-reports` fails. The verdict comes after the
 * reporters, and the merge takes every file in the directory for a blob, so there is no other place for it.
 */
export function addToBlobs(vitest: object, error: ShownError): void {
  for (const path of written.get(vitest) ?? []) {
    writeFileSync(path, amended(path, error) ?? unreadable(error))
  }
}

function amended(path: string, error: ShownError): string | undefined {
  try {
    return withError(readFileSync(path, 'utf8'), error)
  } catch {
    return undefined
  }
}

/** The blob with one more error; `undefined` if it has another form than expected. */
export function withError(blob: string, error: ShownError): string | undefined {
  // The form of the package `flatted`: a list of values, in which texts and objects are replaced by their indices.
  const values = JSON.parse(blob) as unknown[]
  const [root] = values
  const errors = Array.isArray(root) ? values[Number(root[ERRORS])] : undefined
  if (!Array.isArray(errors)) return undefined
  const add = (value: unknown) => String(values.push(value) - 1)
  const fields = Object.entries(error).map(([key, text]) => [key, add(text)])
  errors.push(add(Object.fromEntries(fields)))
  return JSON.stringify(values)
}

/** A file that the merge cannot read makes it fail, too. */
function unreadable({ message }: ShownError): string {
  return `This is no blob any more: vitest-environment-python could not add the verdict of the run to it.\n${message}\n`
}
