import { lstatSync, type Stats, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { SetupError } from '../../support/errors.ts'

/**
 * Refuses a cache that another user could have filled: workers execute its content. Root may own it, as in an image that
 * was built as root.
 *
 * @throws SetupError OVERLAY_CACHE_UNSAFE
 */
export function checkCacheOwner(cache: string, overlay: string): void {
  for (const path of [cache, dirname(overlay), overlay, join(cache, 'bytecode')]) {
    const owner = [lstatSync, statSync].map((read) => ownerOf(read, path)).find(isStranger)
    if (owner === undefined) continue
    throw new SetupError(
      'OVERLAY_CACHE_UNSAFE',
      `The cache directory ${path} belongs to user ${owner}, so its packages cannot be trusted. ` +
        'Set VITEST_PYTHON_CACHE to a directory of your own.',
    )
  }
}

type Read = (path: string, options: { throwIfNoEntry: false }) => Stats | undefined

/** Of the link itself, or of its target. A path that cannot be looked at cannot be used either, and fails there. */
function ownerOf(read: Read, path: string): number | undefined {
  try {
    return read(path, { throwIfNoEntry: false })?.uid
  } catch {
    return undefined
  }
}

function isStranger(user: number | undefined): boolean {
  return user !== undefined && user !== 0 && user !== process.getuid?.()
}
