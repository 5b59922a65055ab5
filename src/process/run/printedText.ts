import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { safeLines } from '../../support/text/safeText.ts'
import { pythonPrograms } from './signal.ts'

/** The mark that Python's streams write before a text to tell its kind; see python/vitest_python/common/marked.py. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence, which terminals ignore
export const MARK = /\x1b_vp;(\w)\x1b\\/g

/** How much of a log is read. The reason for which a process ended is near the end of its log. */
const MAX_LOG_BYTES = 64 * 1024

/** The end of a log, for an error message: without marks, colors and CI commands; empty if there is no log. */
export function readLog(path: string): string {
  let descriptor: number | undefined
  try {
    descriptor = openSync(path, 'r')
    const { size } = fstatSync(descriptor)
    const buffer = Buffer.alloc(Math.min(size, MAX_LOG_BYTES))
    const length = readSync(descriptor, buffer, 0, buffer.length, size - buffer.length)
    return safeLines(buffer.toString('utf8', 0, length).replace(MARK, ''))
  } catch {
    return ''
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}

/** Drops the frames of our own programs from a traceback. They do not help to find an error in your code. */
export function withoutOwnFrames(text: string): string {
  if (!text.includes('  File "')) return text
  return text
    .split('\n')
    .filter(
      (line) =>
        !line.startsWith(`  File "${pythonPrograms}/`) &&
        !line.startsWith('  File "<frozen runpy>"') &&
        !line.startsWith('  File "<stdin>"'),
    )
    .join('\n')
}
