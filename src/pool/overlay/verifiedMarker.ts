import { readdirSync, readFileSync } from 'node:fs'
import { readdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const MARKER = '.vitest-python-overlay.json'

/** Written into an overlay after its verification. */
interface Marker {
  content: string[]
  versions: Record<string, string>
  /** The entries of the directory. If one is missing, the cache was cleaned in part. */
  entries: string[]
}

/** Whether `overlay` was verified and is still complete. Takes two system calls and no Python. */
export function isVerified(overlay: string, content: readonly string[]): boolean {
  try {
    const marker = JSON.parse(readFileSync(join(overlay, MARKER), 'utf8')) as Marker
    const there = new Set(readdirSync(overlay))
    return (
      marker.content.join('\n') === content.join('\n') && marker.entries.every((entry) => there.has(entry))
    )
  } catch {
    return false
  }
}

/** Marks an overlay as verified. */
export async function markVerified(
  overlay: string,
  content: string[],
  versions: Record<string, string>,
): Promise<void> {
  const entries = (await readdir(overlay))
    .filter((name) => !name.startsWith('.') && name !== '__pycache__')
    .sort()
  const marker: Marker = { content, versions, entries }
  const draft = join(overlay, `${MARKER}.${process.pid}`)
  await writeFile(draft, `${JSON.stringify(marker, null, 2)}\n`)
  await rename(draft, join(overlay, MARKER))
}
