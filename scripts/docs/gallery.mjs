// Writes the page "What failure looks like": runs tests that fail with the packed package, and keeps what they print.
import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { developmentPython } from '../development-python.mjs'
import { build, pack } from '../pack.mjs'
import { root, writePage } from './pages.mjs'

const sources = fileURLToPath(new URL('gallery', import.meta.url))
const project = join(root, '.cache/site/gallery')
/** Milliseconds for one run, which may install packages of Python. */
const RUN_TIMEOUT_MS = 120_000

/** The failures, by the name of their test file: a title, what happened, and the function of shop.py. */
const FAILURES = {
  error: ['A Python exception', 'The message, the line and the frames are those of Python.', 'parse_price'],
  timeout: [
    'A time limit',
    'The message tells what Python was doing when the time was over.',
    'wait_for_payment',
  ],
  crash: [
    'A crash',
    'Python has ended; the message tells the signal, and what Python printed last.',
    'read_barcode',
  ],
  leak: ['A process left behind', 'The test that started it fails, and so does the run.', 'start_mailer'],
}

export async function writeGallery() {
  await installProject()
  const parts = []
  for (const name of Object.keys(FAILURES)) parts.push(await section(name))
  const intro =
    'Each output on this page comes from a real run, which took place when this site was built. ' +
    'See [errors](/errors) for all error codes, and [orphans](/orphans) for processes that are left behind.'
  await writePage('failures.md', ['# What failure looks like', intro, ...parts].join('\n\n'))
}

/** The packed package beside the tests. Its dependencies are those of this project. */
async function installProject() {
  await build()
  await rm(project, { recursive: true, force: true })
  await cp(sources, project, { recursive: true })
  const target = join(project, 'node_modules/vitest-environment-python')
  await mkdir(target, { recursive: true })
  const packed = await pack(join(root, '.cache/site/packed'))
  await execa('tar', ['-xzf', packed, '--strip-components=1', '-C', target])
}

async function section(name) {
  const [title, text, called] = FAILURES[name]
  const shop = await readFile(join(sources, 'python/shop.py'), 'utf8')
  const python = new RegExp(`^def ${called}[\\s\\S]*?(?=\\n\\n\\n|$(?![\\s\\S]))`, 'm')
    .exec(shop)?.[0]
    .trimEnd()
  const test = (await readFile(join(sources, `${name}.test.ts`), 'utf8')).trimEnd()
  const output = await outputOf(`${name}.test.ts`)
  return [`## ${title}`, text, block('python', python), block('ts', test), block('ansi', output)].join('\n\n')
}

function block(language, text) {
  return `\`\`\`${language}\n${text}\n\`\`\``
}

async function outputOf(file) {
  const runtime = await mkdtemp(join(tmpdir(), 'vp-'))
  const python = await developmentPython()
  const { exitCode, all } = await execa(
    process.execPath,
    [join(root, 'node_modules/vitest/vitest.mjs'), 'run', file],
    {
      cwd: project,
      all: true,
      reject: false,
      stdin: 'ignore',
      timeout: RUN_TIMEOUT_MS,
      extendEnv: false,
      env: { ...environment(), XDG_RUNTIME_DIR: runtime, VITEST_PYTHON: python, FORCE_COLOR: '1' },
    },
  )
  await rm(runtime, { recursive: true, force: true })
  if (exitCode !== 1) throw new Error(`${file} should fail, but exited with ${exitCode}:\n${all}`)
  return all
    .replaceAll(project, '/app')
    .replaceAll(python, '/app/.venv/bin/python')
    .replaceAll(/"\/\S*(?=\/lib\/python3)/g, '"/usr')
    .trim()
}

/** Without the variables of a CI system, which change what Vitest prints, and of a Vitest around this script. */
function environment() {
  const foreign = /^(CI|GITHUB_.*|GITLAB_.*|VITEST.*|NO_COLOR|NODE_ENV|TEST|DEBUG)$/
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)))
}
