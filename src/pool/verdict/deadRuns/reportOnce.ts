import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

const NAME = 'reported.json'

/**
 * Whether this sentence about a directory is new. Every run meets the same directories, and must not repeat itself.
 *
 * @param path of the directory, beside which the sentences are kept
 */
export function isNews(path: string, sentence: string): boolean {
  const file = join(dirname(path), NAME)
  const known = read(file)
  const name = basename(path)
  if (known[name] === sentence) return false
  const present = Object.entries(known).filter(([other]) => existsSync(join(dirname(path), other)))
  try {
    writeFileSync(file, JSON.stringify({ ...Object.fromEntries(present), [name]: sentence }), { mode: 0o600 })
  } catch {
    // Then the next run says it again.
  }
  return true
}

function read(file: string): Record<string, unknown> {
  try {
    const value = JSON.parse(readFileSync(file, 'utf8'))
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}
