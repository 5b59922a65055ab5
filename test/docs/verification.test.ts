import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { execa } from 'execa'
import { describe, expect, test } from 'vitest'
import { cleanEnvironment } from '../support/environment.ts'
import { read } from './markdown.ts'
import { type Snippet, snippets } from './snippets.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const blocks = snippets('docs/verification.md')
const lines = (block: Snippet) => block.text.trim().split('\n')
const commandsOf = (found: Snippet[]) => found.filter(({ language }) => language === 'sh').flatMap(lines)

/** Quick commands, with the lines of the following block, which they must print. */
const quick = blocks.flatMap((block, index) =>
  block.context === 'quick' ? [[lines(block).join('\n'), lines(blocks[index + 1] as Snippet)] as const] : [],
)

/** The text of all tests in a directory. */
function testsIn(directory: string): string {
  const names = readdirSync(join(root, directory), { recursive: true, encoding: 'utf8' })
  return names
    .filter((name) => /\.(test\.ts|py)$/.test(name))
    .map((name) => readFileSync(join(root, directory, name), 'utf8'))
    .join('\n')
}

/** The files, tests and scripts that a command names and that don't exist. Empty if it can be run. */
function missing(command: string): string[] {
  const paths = [...command.matchAll(/(?:^|\s)((?:test|tests)\/\S+)/g)].map(([, path = '']) =>
    path.startsWith('tests/') ? `python/${path}` : path,
  )
  const lost = paths.filter((path) => !existsSync(join(root, path)))
  if (lost.length > 0) return lost
  const name = /(?:-t '(.+)'|-k (\S+)|chaos -- "(.+)")$/.exec(command)?.slice(1).find(Boolean)
  const among = () =>
    command.startsWith('npm run chaos') ? testsIn('test/chaos') : paths.map(read).join('\n')
  if (name && !among().includes(name)) return [name]
  const [, script, words] = /^npm (?:run )?(\w+)(?: -- (.+))?$/.exec(command) ?? []
  if (!script) return /^(npx (vitest|depcruise)|cd python && .* -m pytest) /.test(command) ? [] : [command]
  if (!(script in JSON.parse(read('package.json')).scripts)) return [script]
  if (script === 'test') return words?.split(' ').filter((word) => !checks().includes(word)) ?? []
  if (script === 'bench') return words?.split(' ').filter((id) => !benchmarks().includes(`id: '${id}'`)) ?? []
  return []
}

/** The names that `npm test -- …` accepts, read from its source. */
function checks(): string[] {
  const stages = /const stages = \[([\s\S]*?)\n\]/.exec(read('scripts/test.mjs'))?.[1] ?? ''
  return [...stages.matchAll(/[{\s]'?([\w-]+)'?(?=:|,\n)/g)].map(([, name = '']) => name)
}

function benchmarks(): string {
  return readdirSync(join(root, 'bench/figures'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => read(`bench/figures/${name}`))
    .join('\n')
}

describe('docs/verification.md', () => {
  test.each(commandsOf(blocks))('names an existing command: %s', (command) => {
    expect(missing(command)).toEqual([])
  })

  test.each([
    ['npm test -- no-such-check', ['no-such-check']],
    ['npm run no_such_script', ['no_such_script']],
    ['npm run bench -- P77', ['P77']],
    ['npm run chaos -- "no such case"', ['no such case']],
    ['npx vitest run --project unit test/no-such.test.ts', ['test/no-such.test.ts']],
    ["npx vitest run --project unit test/docs/errors.test.ts -t 'no such test'", ['no such test']],
    ['curl example.org', ['curl example.org']],
  ])('fails with %s', (command, expected) => {
    expect(missing(command)).toEqual(expected)
  })

  test.each(quick)('shows the output of %s', { timeout: 120_000 }, async (command, expected) => {
    const { all, exitCode } = await execa('sh', ['-c', command], {
      cwd: root,
      all: true,
      reject: false,
      stdin: 'ignore',
      extendEnv: false,
      env: cleanEnvironment(process.execPath),
    })
    const printed = stripVTControlCharacters(all).replace(/ +/g, ' ')
    expect({ exitCode, all: exitCode === 0 ? '' : all }).toEqual({ exitCode: 0, all: '' })
    for (const line of expected) expect(printed).toContain(line.replace(/ +/g, ' '))
  })
})
