import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, relative, resolve } from 'node:path'
import { htmlOf, readPage } from '../formats/html.ts'
import { traceOf } from '../formats/trace.ts'
import type { Report } from '../model/schema.ts'
import type { ReportRequest } from '../record/recording.ts'

type Format = 'json' | 'html' | 'trace'

const WRITERS: Record<Format, (report: Report) => Promise<string> | string> = {
  json: (report) => `${JSON.stringify(report)}\n`,
  html: async (report) => htmlOf(report, await readPage()),
  trace: (report) => JSON.stringify(traceOf(report)),
}

/**
 * Writes the files that were asked for. A file that cannot be written fails neither the run nor the other files.
 *
 * @returns a sentence for each file that could not be written
 */
export async function writeFiles(report: Report, requests: readonly ReportRequest[]): Promise<string[]> {
  const wanted = requests.flatMap(({ root, options }) =>
    (Object.keys(WRITERS) as Format[]).flatMap((format) => {
      const path = options[format]
      return path === undefined ? [] : [{ format, path: resolve(root, path), root }]
    }),
  )
  const files = [...new Map(wanted.map((file) => [`${file.format} ${file.path}`, file])).values()]
  const sentences = await Promise.all(
    files.map(async ({ format, path, root }) => {
      const text = await WRITERS[format](report)
      return writeWhole(path, text).then(
        () => undefined,
        (error: Error) => explain(format, relative(root, path) || path, error),
      )
    }),
  )
  return sentences.filter((sentence) => sentence !== undefined)
}

/** Writes a file under another name first, so no reader sees a part of it. */
export async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const temporary = `${path}.${process.pid}.tmp`
  try {
    // Exclusively: a link that someone else has put there is not followed.
    const file = await open(temporary, 'wx')
    try {
      await file.writeFile(text)
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {})
    throw error
  }
}

const REMEDIES: Record<string, string> = {
  ENOSPC: 'The disk is full.',
  EROFS: 'The file system is read-only.',
  EACCES: 'You may not write there.',
  EPERM: 'You may not write there.',
  EISDIR: 'There is a directory of that name.',
  ENOTDIR: 'A part of the path is a file, not a directory.',
  EEXIST: 'A part of the path is a file, not a directory.',
}

function explain(format: Format, path: string, error: NodeJS.ErrnoException): string {
  const why = REMEDIES[error.code ?? ''] ?? `${error.message}.`
  return `The report ${path} could not be written: ${why} Choose another path for report.${format}. The verdict stays as it is. (REPORT_NOT_WRITTEN)`
}
