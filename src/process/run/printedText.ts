import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { pythonPrograms } from './signal.ts'

/** What Python's own streams put around a text to tell its kind; see python/vitest_python/common/marked.py. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence, which terminals pass over
export const MARK = /\x1b_vp;(\w)\x1b\\/g

/** Bytes of a log's end; what matters of a process that ended stands there. */
const TAIL = 64 * 1024

/** The end of what a process printed into its log, without marks; empty where there is none. */
export function readLog(path: string): string {
  let descriptor: number | undefined
  try {
    descriptor = openSync(path, 'r')
    const { size } = fstatSync(descriptor)
    const buffer = Buffer.alloc(Math.min(size, TAIL))
    const length = readSync(descriptor, buffer, 0, buffer.length, size - buffer.length)
    return buffer.toString('utf8', 0, length).replace(MARK, '')
  } catch {
    return ''
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}

/** Without the lines of a traceback that stand in our own programs: nobody's error is found there. */
export function withoutOwnFrames(text: string): string {
  if (!text.includes('  File "')) return text
  return text
    .split('\n')
    .filter(
      (line) => !line.startsWith(`  File "${pythonPrograms}/`) && !line.startsWith('  File "<frozen runpy>"'),
    )
    .join('\n')
}
