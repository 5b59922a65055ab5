import { readdirSync, readFileSync } from 'node:fs'
import { readdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const MARKER = '.vitest-python-overlay.json'

/** Written last into a verified overlay. */
interface Marker {
  specifiers: string[]
  versions: Record<string, string>
  /** What lay in the directory then: a cache that was cleaned in part is no overlay any more. */
  entries: string[]
}

/** Whether `overlay` was verified and is still whole. Two system calls, no Python. */
export function isVerified(overlay: string, specifiers: readonly string[]): boolean {
  try {
    const marker = JSON.parse(readFileSync(join(overlay, MARKER), 'utf8')) as Marker
    const there = new Set(readdirSync(overlay))
    return (
      marker.specifiers.join('\n') === specifiers.join('\n') &&
      marker.entries.every((entry) => there.has(entry))
    )
  } catch {
    return false
  }
}

/** Declares an overlay verified. */
export async function mark(
  overlay: string,
  specifiers: string[],
  versions: Record<string, string>,
): Promise<void> {
  const entries = (await readdir(overlay))
    .filter((name) => !name.startsWith('.') && name !== '__pycache__')
    .sort()
  const marker: Marker = { specifiers, versions, entries }
  const draft = join(overlay, `${MARKER}.${process.pid}`)
  await writeFile(draft, `${JSON.stringify(marker, null, 2)}\n`)
  await rename(draft, join(overlay, MARKER))
}
