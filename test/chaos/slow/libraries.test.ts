import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { beforeAll, describe, expect, test } from 'vitest'
import { isAlive } from '../support/identity.ts'
import type { Layer } from '../support/layers.ts'
import { withScene } from '../support/scene.ts'

const PACKAGES = ['joblib>=1.5', 'distributed>=2025.1', 'ipykernel>=7', 'jupyter-client>=8']
const environment = fileURLToPath(new URL('../../../.cache/chaos-libraries', import.meta.url))
const python = join(environment, 'bin/python')
const INSTALL_TIMEOUT = 600_000

/** Libraries that start their own processes. As in many tests, nothing is closed. */
const LIBRARIES = [
  ['joblib with loky', 'joblib_loky'],
  ['a Dask LocalCluster', 'dask_cluster'],
  ['a Jupyter kernel', 'jupyter_kernel'],
  ['a ProcessPoolExecutor', 'process_pool_executor'],
  ['a multiprocessing manager with its resource tracker', 'multiprocessing_manager'],
] as const

beforeAll(async () => {
  if (existsSync(join(environment, 'complete'))) return
  await execa('python3', ['-m', 'venv', '--clear', environment])
  const options = ['--quiet', '--disable-pip-version-check', '--prefer-binary']
  await execa(python, ['-m', 'pip', 'install', ...options, ...PACKAGES], { timeout: INSTALL_TIMEOUT })
  await execa('touch', [join(environment, 'complete')])
}, INSTALL_TIMEOUT)

const WITH = { python, modules: ['./python/trouble.py', './python/libraries.py'] }
/** All layers that notice the end of the runner. */
const UNGUARDED: Layer[] = ['owner watch', 'PDEATHSIG', 'end with the control socket', 'control group']

describe.concurrent('a library that starts processes', () => {
  test.each(
    LIBRARIES,
  )('%s: the run leaves nothing, and a process that outlives its worker is named', async (_, call) => {
    await withScene({}, async (scene) => {
      const run = scene.start({ python: WITH, tests: [{ name: 'culprit', calls: [[`libraries.${call}`]] }] })
      const { exitCode, output } = await run.ended
      const started = run.left()
      expect(started.length, output).toBeGreaterThan(1)
      expect(started.filter(isAlive)).toEqual([])
      expect(await scene.survivors(1_000)).toEqual([])
      // Either the library ended its processes with the worker, or the run names them.
      if (exitCode === 0) expect(output).toContain('No orphaned processes')
      else expect(output).toMatch(/Found \d+ orphaned process[\s\S]*"culprit"/)
    })
  })

  test.each(LIBRARIES)('%s: no process outlives a runner that is killed', async (_, call) => {
    await withScene({}, async (scene) => {
      const run = scene.start({ python: WITH, tests: [{ calls: [[`libraries.${call}`]], hold: 60_000 }] })
      await run.until('held')
      const started = run.left()
      process.kill(run.pid, 'SIGKILL')
      await run.ended
      expect(await scene.survivors(2_000)).toEqual([])
      expect(started.filter(isAlive)).toEqual([])
    })
  })

  test.each(LIBRARIES)('control: without guard, %s outlives a runner that is killed', async (_, call) => {
    await withScene({ without: UNGUARDED }, async (scene) => {
      const run = scene.start({ python: WITH, tests: [{ calls: [[`libraries.${call}`]], hold: 60_000 }] })
      await run.until('held')
      process.kill(run.pid, 'SIGKILL')
      await run.ended
      await scene.survivors(2_000)
      // The worker, and at least one process that the library started.
      expect(run.left().filter(isAlive).length).toBeGreaterThan(1)
    })
  })
})
