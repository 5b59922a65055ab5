// Gives the files of the package the modes that git knows: 0644, or 0755 if they can be executed. A checkout has the modes
// of its umask, and `npm pack` copies them into the tarball.
import { chmod, lstat, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
// npm adds these by itself.
const ALWAYS = ['package.json', 'README.md', 'LICENSE']

const { files } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
for (const path of [...ALWAYS, ...files.filter((entry) => !entry.startsWith('!'))])
  await normalize(join(root, path))

async function normalize(path) {
  const found = await lstat(path)
  if (found.isSymbolicLink()) return
  await chmod(path, found.isDirectory() || (found.mode & 0o100) !== 0 ? 0o755 : 0o644)
  if (found.isDirectory()) for (const name of await readdir(path)) await normalize(join(path, name))
}
