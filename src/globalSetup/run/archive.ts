import { SetupError } from '../../support/errors.ts'
import { packageRoot } from '../../support/packageRoot.ts'

/** The remedy for a package in an archive. */
export const UNPLUG =
  'have Yarn unpack it: yarn unplug vitest-environment-python, or remove its "unplugged": false from dependenciesMeta in package.json'

/** Whether this package lies in a zip archive of Yarn, which Node can read with Yarn's help, and Python can not. */
export function isInArchive(path = packageRoot): boolean {
  return /\.zip[\\/]/.test(path)
}

/** @throws SetupError PACKAGE_IN_ARCHIVE */
export function refuseArchive(path = packageRoot): void {
  if (!isInArchive(path)) return
  throw new SetupError(
    'PACKAGE_IN_ARCHIVE',
    `Python cannot read this package, because it lies in an archive: ${path}. To fix that, ${UNPLUG}.`,
  )
}
