import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { driveEditor, type Editor } from '../support/driveEditor.ts'
import { covering, versions } from '../support/versions.ts'
import { basePython } from '../unit/pool/interpreter/scratch.ts'

const PASSED = { passed: 1, errors: [] }
const words = (editor: Editor, vitest = 'one') => editor.ask('run', vitest, 'words')

/** The expected survivors after all Vitests are closed, while the editor is running. */
async function expectNothing(editor: Editor) {
  expect(await editor.pythonProcesses()).toEqual([])
  expect(editor.runDirectories()).toEqual([])
}

/** Runs tests after a fix, repeatedly, because a failure is remembered for a back-off. */
async function expectMended(editor: Editor) {
  const mended = async () => expect(await words(editor)).toEqual(PASSED)
  await vi.waitFor(mended, { timeout: 60_000, interval: 1_000 })
}

describe.concurrent.each(versions)('Vitest %s', (version) => {
  test('reruns keep the number of processes, and closing leaves none', async () => {
    await driveEditor({ version, python: { spares: 1 } }, async (editor) => {
      await editor.ask('open', 'one')
      const counts: number[] = []
      for (let round = 0; round < 6; round++) {
        expect(await words(editor)).toEqual(PASSED)
        await vi.waitFor(
          async () => expect(await editor.pythonProcesses()).toHaveLength(counts[0] ?? 3),
          10_000,
        )
        counts.push((await editor.pythonProcesses()).length)
      }
      expect(editor.runDirectories()).toHaveLength(1)
      await editor.ask('close', 'one')
      expect(editor.output()).toContain('No orphaned processes')
      await expectNothing(editor)
      expect(await editor.exit()).toBe(0)
    })
  })

  test('two Vitests in one process share nothing, and closing one does not affect the other', async () => {
    await driveEditor({ version }, async (editor) => {
      for (const name of ['one', 'two']) await editor.ask('open', name)
      for (const name of ['one', 'two']) expect(await words(editor, name)).toEqual(PASSED)
      expect(editor.runDirectories()).toHaveLength(2)
      await editor.ask('close', 'one')
      expect(editor.runDirectories()).toHaveLength(1)
      expect(await words(editor, 'two')).toEqual(PASSED)
      await editor.ask('close', 'two')
      expect(editor.output().match(/No orphaned processes/g)).toHaveLength(2)
      await expectNothing(editor)
      expect(await editor.exit()).toBe(0)
    })
  })

  test('a leak is named when the Vitest is closed, and fails the editor’s process', async () => {
    await driveEditor({ version }, async (editor) => {
      await editor.ask('open', 'one')
      const leaves = (await editor.ask('run', 'one', 'leaves')) as typeof PASSED
      expect(leaves.passed).toBe(0)
      // Vitest 4 keeps the error twice.
      expect([...new Set(leaves.errors)]).toEqual([
        expect.stringMatching(/^This test left a process behind:\n {2}pid \d+ \(sleep 121\)/),
      ])
      expect(await words(editor)).toEqual(PASSED)
      await editor.ask('close', 'one')
      expect(editor.output()).toContain('"leaves a process" (leaves.test.ts)')
      await expectNothing(editor)
      expect(await editor.exit()).toBe(1)
    })
  })
})

// The same code of ours recovers in all versions.
describe.concurrent.each(covering)('after a failure, Vitest %s', (version) => {
  test('a later run finds a Python that was missing', async () => {
    await driveEditor({ version, python: { python: './bin/python' } }, async (editor) => {
      await editor.ask('open', 'one')
      const { errors } = await words(editor)
      expect(errors).toContainEqual(expect.stringContaining('bin/python does not exist'))
      mkdirSync(join(editor.directory, 'bin'))
      symlinkSync(basePython, join(editor.directory, 'bin/python'))
      await expectMended(editor)
      await editor.ask('close', 'one')
      await expectNothing(editor)
    })
  })

  test('a later run imports a module that raised again, even if no Python file has changed', async () => {
    await driveEditor({ version }, async (editor) => {
      rmSync(join(editor.directory, 'python/words.txt'))
      await editor.ask('open', 'one')
      const { errors } = await words(editor)
      expect(errors).toContainEqual(expect.stringContaining('importing words raised FileNotFoundError'))
      writeFileSync(join(editor.directory, 'python/words.txt'), 'one')
      await expectMended(editor)
      await editor.ask('close', 'one')
      await expectNothing(editor)
    })
  })

  test('after a failed setup, which Vitest does not repeat, tests show the reason, and a new Vitest works', async () => {
    await driveEditor({ version, python: { python: './bin/python', start: 'eager' } }, async (editor) => {
      await editor.ask('open', 'one')
      await expect(words(editor)).rejects.toThrow('bin/python does not exist')
      const { errors } = await words(editor)
      expect(errors).toContainEqual(
        expect.stringMatching(/^Python could not be set up when this Vitest began.*\n.*/),
      )
      expect(errors.join()).toContain('bin/python does not exist')
      expect(errors.join()).not.toContain('Add the plugin')
      mkdirSync(join(editor.directory, 'bin'))
      symlinkSync(basePython, join(editor.directory, 'bin/python'))
      await editor.ask('open', 'two')
      expect(await words(editor, 'two')).toEqual(PASSED)
      for (const name of ['one', 'two']) await editor.ask('close', name)
      await expectNothing(editor)
    })
  })
})

describe.concurrent('one Vitest after another in a process', () => {
  const version = versions.at(-1) as (typeof versions)[0]

  test('an invalid option is refused when Vitest is created, and a corrected one works', async () => {
    await driveEditor({ version, python: { isolation: 'module' } }, async (editor) => {
      await expect(editor.ask('open', 'one')).rejects.toThrow('isolation is "module"')
      const config = join(editor.directory, 'vitest.config.ts')
      writeFileSync(config, readFileSync(config, 'utf8').replace(/, \.\.\.JSON.*\)/, '})'))
      await editor.ask('open', 'one')
      expect(await words(editor)).toEqual(PASSED)
      await editor.ask('close', 'one')
      expect(editor.output().match(/No orphaned processes/g)).toHaveLength(1)
      await expectNothing(editor)
      expect(await editor.exit()).toBe(0)
    })
  })

  test('a failed eager start leaves nothing, and the output is correct', async () => {
    await driveEditor({ version, python: { start: 'eager' } }, async (editor) => {
      rmSync(join(editor.directory, 'python/words.txt'))
      await editor.ask('open', 'one')
      await expect(words(editor)).rejects.toThrow('importing words raised FileNotFoundError')
      await expectNothing(editor)
      writeFileSync(join(editor.directory, 'python/words.txt'), 'one')
      const { errors } = await words(editor)
      expect(errors.join()).toContain('Fix the error below, then restart Vitest.')
      await editor.ask('close', 'one')
      expect(editor.output()).not.toMatch(/orphaned process/)
      await editor.ask('open', 'two')
      expect(await words(editor, 'two')).toEqual(PASSED)
      await editor.ask('close', 'two')
      expect(editor.output().match(/No orphaned processes/g)).toHaveLength(1)
      await expectNothing(editor)
    })
  })
})
