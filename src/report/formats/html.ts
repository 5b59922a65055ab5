import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import { packageRoot } from '../../support/packageRoot.ts'
import type { Report } from '../model/schema.ts'
import { timelineOf } from './timeline.ts'

/** The place of the data in the page that the build makes from `src/report/page`. */
export const DATA_MARK = '"vitest-python-data"'

/** The page that the build makes from `src/report/page`, without data. */
export async function readPage(): Promise<string> {
  return brotliDecompressSync(await readFile(join(packageRoot, 'dist/report.html.br'))).toString()
}

/**
 * Puts a report into the page.
 *
 * @param page its text without data
 */
export function htmlOf(report: Report, page: string): string {
  const [before = '', after = ''] = page.split(DATA_MARK)
  return `${before}${inScript(timelineOf(report))}${after}`
}

/** JSON that a `<script>` element can hold: no text in it ends the element or opens a comment. */
export function inScript(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}
