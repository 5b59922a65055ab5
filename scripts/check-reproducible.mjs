// Packs the project twice: here, and in a copy with another path, another umask and other file times. Both tarballs must
// have the same hash. Expects that `dist` was built from the present sources.
import { chmod, cp, mkdir, mkdtemp, rm, symlink, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'

const root = fileURLToPath(new URL('..', import.meta.url))
const directory = await mkdtemp(join(tmpdir(), 'vitest-python-reproducible-'))
try {
  await execa('node', ['scripts/normalize-modes.mjs'], { cwd: root })
  const here = await pack(root, directory, ['--ignore-scripts'])
  const copy = await copyOf(root, join(directory, 'another checkout'))
  // Runs `prepack`, as publishing does.
  const there = await pack(copy, directory, [])
  if (here.integrity !== there.integrity) {
    const problems = differences(here.files, there.files)
    console.error(
      `Two packs of the same sources differ:\n  ${here.integrity}\n  ${there.integrity}\n${problems}`,
    )
    process.exitCode = 1
  }
} finally {
  await rm(directory, { recursive: true, force: true })
}

async function pack(cwd, destination, options) {
  const words = ['pack', '--json', '--pack-destination', destination, ...options]
  const script = cwd === root ? 'exec npm "$@"' : 'umask 077; exec npm "$@"'
  const { stdout } = await execa('sh', ['-c', script, 'npm', ...words], { cwd })
  // A script of npm's life cycle may print before the JSON.
  return JSON.parse(stdout.slice(stdout.search(/^\[$/m)))[0]
}

/** The files that git knows, or would add. */
async function copyOf(from, to) {
  const { stdout } = await execa('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: from,
  })
  const past = new Date('2001-02-03T04:05:06Z')
  for (const file of stdout.split('\0').filter(Boolean)) {
    const path = join(to, file)
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const copied = await cp(join(from, file), path).then(
      () => true,
      (error) => {
        // It was deleted, and git does not know that yet.
        if (error.code === 'ENOENT') return false
        throw error
      },
    )
    if (copied) await chmod(path, 0o600)
    if (copied) await utimes(path, past, past)
  }
  await symlink(join(from, 'node_modules'), join(to, 'node_modules'))
  return to
}

function differences(one, other) {
  const known = new Map(one.map(({ path, size, mode }) => [path, `${size} bytes, mode ${mode.toString(8)}`]))
  const lines = other.flatMap(({ path, size, mode }) => {
    const [before, now] = [known.get(path), `${size} bytes, mode ${mode.toString(8)}`]
    known.delete(path)
    return before === now ? [] : [`  ${path}: ${before ?? 'missing'} and ${now}`]
  })
  return [...lines, ...[...known.keys()].map((path) => `  ${path}: missing in the copy`)].join('\n')
}
