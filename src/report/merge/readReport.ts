import { readFile } from 'node:fs/promises'
import * as v from 'valibot'
import { SetupError } from '../../support/errors.ts'
import { type Report, ReportSchema } from '../model/schema.ts'
import { REPORT_SCHEMA } from '../model/version.ts'

/**
 * Reads a JSON report.
 *
 * @throws SetupError REPORT_UNREADABLE if it is none, or if another version of this package has written it
 */
export async function readReport(file: string): Promise<Report> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw unreadable(file, error.code === 'ENOENT' ? 'there is no such file' : error.message)
  })
  const value = parsed(text)
  if (value === undefined) throw unreadable(file, 'it is not JSON, or only a part of it')
  const version = (value as { schema?: unknown } | null)?.schema
  if (version !== REPORT_SCHEMA && typeof version === 'number') {
    const whose = version > REPORT_SCHEMA ? 'a newer' : 'an older'
    throw unreadable(
      file,
      `${whose} version of this package has written it (schema ${version}; this one reads ${REPORT_SCHEMA})`,
    )
  }
  const result = v.safeParse(ReportSchema, value)
  if (result.success) return result.output
  const [issue] = result.issues
  throw unreadable(
    file,
    `it is not a report of vitest-environment-python: ${v.getDotPath(issue) ?? 'the file'} is wrong (${issue.message})`,
  )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function unreadable(file: string, why: string): SetupError {
  return new SetupError(
    'REPORT_UNREADABLE',
    `${file} cannot be merged: ${why}. Pass the files of report.json.`,
  )
}
