import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { installerEnvironment, installers, manualCommand } from '../../../../src/pool/overlay/installers.ts'
import { quote } from '../../../../src/pool/overlay/quote.ts'
import { scratchDirectory, script } from '../interpreter/scratch.ts'

const job = {
  executable: '/usr/bin/python3',
  requirements: '/node modules/requirements.lock',
  target: '/cache/over lay',
}

let scratch: ReturnType<typeof scratchDirectory>
beforeEach(() => {
  scratch = scratchDirectory()
})
afterEach(() => scratch.remove())

describe('installers', () => {
  test('are pip, then the pip of a temporary environment', () => {
    expect(installers(job, '/scratch', { PATH: scratch.path }).map(({ name }) => name)).toEqual([
      'pip',
      'pip of a temporary virtual environment',
    ])
  })

  test('begin with uv if it is on PATH', () => {
    script(join(scratch.path, 'uv'), '')
    const [uv] = installers(job, '/scratch', { PATH: scratch.path })
    expect(uv?.commands[0]?.slice(0, 7)).toEqual([
      join(scratch.path, 'uv'),
      'pip',
      'install',
      '--python',
      job.executable,
      '--target',
      job.target,
    ])
  })

  test('do not get the settings that contradict --target', () => {
    const env = installerEnvironment({
      PYTHONPATH: '/x',
      PIP_TARGET: '/y',
      PIP_USER: '1',
      PIP_INDEX_URL: 'https://kept',
    })
    expect(env).toEqual({
      PIP_USER: '0',
      PIP_REQUIRE_VIRTUALENV: '0',
      NO_COLOR: '1',
      PIP_INDEX_URL: 'https://kept',
    })
  })
})

test('every command installs files with known hashes only', () => {
  script(join(scratch.path, 'uv'), '')
  const commands = installers(job, '/scratch', { PATH: scratch.path }).map(({ commands }) => commands.at(-1))
  expect(commands).toHaveLength(3)
  for (const command of commands)
    expect(command?.slice(-6)).toEqual([
      '--require-hashes',
      '--only-binary',
      ':all:',
      '--no-deps',
      '-r',
      job.requirements,
    ])
})

describe('the command to run by hand', () => {
  test('can be pasted', () => {
    expect(quote(manualCommand(job, {}))).toBe(
      "/usr/bin/python3 -m pip install --target '/cache/over lay' --require-hashes --only-binary :all: --no-deps " +
        "-r '/node modules/requirements.lock'",
    )
  })

  test('survives a shell unchanged', () => {
    const word = fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0'))
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), (words) => {
        const seen = execFileSync('sh', ['-c', `printf '%s\\0' ${quote(words)}`]).toString()
        expect(seen.split('\0').slice(0, -1)).toEqual(words)
      }),
      { numRuns: 30 },
    )
  })
})
