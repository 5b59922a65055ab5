// What is too large or too slow for every change: `npm run nightly`.
// All libraries of python/tests/libraries, also those of several hundred megabytes, and every chaos case.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { developmentPython, librariesPython } from './development-python.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const options = { preferLocal: true, reject: false, stdio: 'inherit' }

await librariesPython({ nightly: true })
const libraries = await execa(await developmentPython(), ['-m', 'pytest', '-rs', 'tests/libraries'], {
  ...options,
  cwd: join(root, 'python'),
  env: { VITEST_PYTHON_NIGHTLY: '1' },
})
const chaos = await execa('node', ['scripts/chaos.mjs'], { ...options, cwd: root })
process.exitCode = libraries.exitCode || chaos.exitCode || 0
