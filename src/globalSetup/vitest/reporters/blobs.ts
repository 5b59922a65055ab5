import { readFileSync, writeFileSync } from 'node:fs'
import { isA } from './perReporter.ts'
import type { ReportedVitest } from './reportedVitest.ts'
import type { ShownError } from './shownError.ts'

/** The text with which Vitest's blob reporter tells the path of its file. */
const WRITTEN = 'blob report written to'

/** Where a blob has the errors of the run, in Vitest 3 to 5: it is `[version, files, errors, …]`. */
const ERRORS = 2

const MISSING =
  'The verdict on the Python processes of this run is missing: the run ended before it was known. Run its tests again.'

/**
 * The error that a blob is written with. A run that is killed before its verdict leaves it there, so that the merge
 * fails.
 */
export const OPEN: ShownError = { name: 'Error', message: MISSING, stack: `Error: ${MISSING}` }

export function isBlobReporter(reporter: object): boolean {
  return isA(reporter, 'BlobReporter')
}

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
 * Settles the blobs that are written already, so that `vitest --merge-reports` fails as the run does. The verdict comes
 * after the reporters, and the merge takes every file in the directory for a blob, so there is no other place for it.
 *
 * @param error the verdict if it fails
 */
export function settleBlobs(vitest: object, error: ShownError | undefined): void {
  for (const path of written.get(vitest) ?? []) {
    const text = settled(path, error)
    if (text !== undefined) writeFileSync(path, text)
  }
}

function settled(path: string, error: ShownError | undefined): string | undefined {
  const blob = attempt(() => readFileSync(path, 'utf8'))
  const text = blob === undefined ? undefined : attempt(() => withVerdict(blob, error))
  return text ?? (error && unreadable(error))
}

function attempt<T>(what: () => T): T | undefined {
  try {
    return what()
  } catch {
    return undefined
  }
}

/** The blob without `OPEN`, and with the error of the verdict; `undefined` if it has another form than expected. */
export function withVerdict(blob: string, error: ShownError | undefined): string | undefined {
  // The form of the package `flatted`: a list of values, in which texts and objects are replaced by their indices.
  const values = JSON.parse(blob) as unknown[]
  const [root] = values
  const index = Array.isArray(root) ? Number(root[ERRORS]) : Number.NaN
  const errors = values[index]
  if (!Array.isArray(errors)) return undefined
  const isOpen = (at: unknown) => {
    const { message } = (values[Number(at)] ?? {}) as { message?: unknown }
    return values[Number(message)] === OPEN.message
  }
  const kept = errors.filter((at) => !isOpen(at))
  values[index] = kept
  if (!error) return JSON.stringify(values)
  const add = (value: unknown) => String(values.push(value) - 1)
  const fields = Object.entries(error).map(([key, text]) => [key, add(text)])
  kept.push(add(Object.fromEntries(fields)))
  return JSON.stringify(values)
}

/** A file that the merge cannot read makes it fail, too. */
function unreadable({ message }: ShownError): string {
  return `This is no blob any more: vitest-environment-python could not add the verdict of the run to it.\n${message}\n`
}
