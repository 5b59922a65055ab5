import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { developmentPython } from '../../scripts/development-python.mjs'
import { nightly, versions } from '../support/versions.ts'
import { type Watching, watchVitest } from '../support/watchVitest.ts'

/** Reaper, forkserver, the leased worker, and spares, whose number depends on the number of test processes. */
const MOST_PROCESSES = 4 + availableParallelism()

/** The number of processes, when it has been stable for a while. */
async function settled(vitest: Watching): Promise<number> {
  const until = performance.now() + 5_000
  let last = -1
  for (let same = 0; same < 4 && performance.now() < until; await sleep(75)) {
    const { length } = await vitest.pythonProcesses()
    same = length === last ? same + 1 : 0
    last = length
  }
  return last
}

describe.concurrent.each(versions)('Vitest %s', (version) => {
  const save = ({ directory }: Watching, file: string, text: string) =>
    writeFileSync(join(directory, file), text)

  test('a change of a Python file reruns the tests that use it, and no others', async () => {
    await watchVitest({ version, fixture: 'watch' }, async (vitest) => {
      const first = await vitest.round(1)
      expect([first.printed('words'), first.printed('sums'), first.printed('plain')]).toEqual([
        [['a']],
        [3],
        [true],
      ])

      save(vitest, 'python/common.py', 'LIMIT = 2\n')
      const second = await vitest.round(2)
      expect([second.printed('words'), second.printed('sums'), second.printed('plain')]).toEqual([
        [['a', 'b']],
        [],
        [],
      ])

      save(vitest, 'python/scale.py', 'FACTOR = 10\n')
      const third = await vitest.round(3)
      expect([third.printed('words'), third.printed('sums')]).toEqual([[], [30]])

      vitest.press('q')
      const { exitCode, output } = await vitest.ended
      expect(output).toMatch(/No orphaned processes: run [0-9a-z]{7}/)
      expect(exitCode).toBe(0)
      expect(await vitest.pythonProcesses()).toEqual([])
      expect(vitest.runDirectories()).toEqual([])
    })
  })

  test.runIf(nightly || version === versions.at(-1))(
    'with coverage, a change of a function reruns the tests that ran it',
    async () => {
      const env = { VITEST_PYTHON: await developmentPython() }
      await watchVitest({ version, fixture: 'contexts', args: ['--coverage'], env }, async (vitest) => {
        const shop = join(vitest.directory, 'python/shop.py')
        const edit = (from: string, to: string) =>
          writeFileSync(shop, readFileSync(shop, 'utf8').replace(from, to))
        const ran = async (round: number) => {
          const { printed } = await vitest.round(round)
          return ['total', 'tax', 'shared'].filter((name) => printed(name).length > 0)
        }
        expect(await ran(1)).toEqual(['total', 'tax', 'shared'])
        edit('sum(prices)', '2 * sum(prices)')
        expect(await ran(2)).toEqual(['total', 'shared'])
        // The tests that did not run since then are known as before.
        edit('price * TAX', '3 * price * TAX')
        expect(await ran(3)).toEqual(['tax', 'shared'])
        edit('TAX = 0.2', 'TAX = 0.3')
        expect(await ran(4)).toEqual(['total', 'tax', 'shared'])
        vitest.press('q')
        expect((await vitest.ended).exitCode).toBe(0)
      })
    },
  )

  test('a syntax error is reported once, and saving a corrected file clears it', async () => {
    await watchVitest({ version, fixture: 'watch' }, async (vitest) => {
      await vitest.round(1)
      save(vitest, 'python/common.py', 'LIMIT = = 2\n')
      const broken = await vitest.round(2)
      expect(broken.output).toContain(
        'importing words raised SyntaxError: invalid syntax (common.py, line 1)',
      )
      expect(broken.output.match(/FAIL {2}words/g)).toHaveLength(1)
      save(vitest, 'python/common.py', 'LIMIT = 3\n')
      const mended = await vitest.round(3)
      expect([mended.printed('words'), mended.printed('sums')]).toEqual([[['a', 'b', 'c']], []])
      vitest.press('q')
      expect((await vitest.ended).output).toMatch(/No orphaned processes: run [0-9a-z]{7}/)
      expect(await vitest.pythonProcesses()).toEqual([])
    })
  })

  test('twenty reruns, half of them with changed modules, keep the number of processes', async () => {
    await watchVitest({ version, fixture: 'watch', args: ['words'], deadline: 290_000 }, async (vitest) => {
      const counts: number[] = []
      for (let rerun = 1; rerun <= 20; rerun++) {
        await vitest.round(rerun)
        counts.push(await settled(vitest))
        if (rerun % 2 === 0) save(vitest, 'python/common.py', `LIMIT = ${rerun}\n`)
        else appendFileSync(join(vitest.directory, 'words.test.ts'), `// ${rerun}\n`)
      }
      await vitest.round(21)
      // The number of spares depends on the leases of the first runs.
      expect(new Set(counts.slice(2)).size, `${counts}`).toBe(1)
      expect(Math.max(...counts), `${counts}`).toBeLessThanOrEqual(MOST_PROCESSES)
      vitest.press('\x03')
      await vitest.ended
      expect(await vitest.pythonProcesses(1_000)).toEqual([])
    })
  }, 300_000)

  test('after a change of the configuration, a Python file reruns the tests that use it', async () => {
    await watchVitest({ version, fixture: 'watch' }, async (vitest) => {
      await vitest.round(1)
      appendFileSync(join(vitest.directory, 'vitest.config.ts'), '// changed\n')
      expect((await vitest.round(2)).printed('words')).toEqual([['a']])
      save(vitest, 'python/common.py', 'LIMIT = 2\n')
      const third = await vitest.round(3)
      expect([third.printed('words'), third.printed('sums')]).toEqual([[['a', 'b']], []])
      expect(third.output).toMatch(/Python {2}\d+ workers/)
      vitest.press('q')
      expect((await vitest.ended).output.match(/No orphaned processes: run [0-9a-z]{7}/g)).toHaveLength(2)
      expect(await vitest.pythonProcesses()).toEqual([])
    })
  })

  test('a watcher that gets SIGTERM leaves nothing', async () => {
    await watchVitest({ version, fixture: 'watch', args: ['words'] }, async (vitest) => {
      await vitest.round(1)
      expect(await vitest.pythonProcesses()).not.toEqual([])
      process.kill(vitest.pid, 'SIGTERM')
      expect((await vitest.ended).exitCode).not.toBe(0)
      expect(await vitest.pythonProcesses(1_000)).toEqual([])
    })
  })
})
