import { describe, expect, test } from 'vitest'
import { makeProject, runCli } from '../support/runCli.ts'
import { basePython } from '../unit/pool/interpreter/scratch.ts'

// On a cluster, see test/e2e/clusterVerify.test.ts. This Python has no Ray.
describe.concurrent('verify --cluster without Ray', () => {
  const env = { VITEST_PYTHON: basePython, RAY_ADDRESS: '127.0.0.1:6399' }

  test.each([
    ['--cluster'],
    ['--insecure-cluster'],
  ])('%s fails with a sentence, and verifies this machine', async (option) => {
    using project = makeProject('verify')
    const { exitCode, output } = await runCli(project.directory, ['verify', option], env)
    // The words about this machine depend on the other tests that run on it.
    expect(output.split('The cluster was not verified.')[0]).not.toBe('')
    expect(output).toContain('The cluster was not verified.')
    expect(output).toContain('needs Ray in your Python environment')
    expect(output).toContain('(CLUSTER_UNUSABLE)')
    expect(output).not.toContain('on the cluster at')
    expect(exitCode).toBe(1)
  })

  test('as JSON, the address is that of RAY_ADDRESS', async () => {
    using project = makeProject('verify')
    const { exitCode, stdout } = await runCli(project.directory, ['verify', '--cluster', '--json'], env)
    expect(JSON.parse(stdout)).toMatchObject({
      clean: false,
      cluster: { address: env.RAY_ADDRESS, nodes: [] },
    })
    expect(exitCode).toBe(1)
  })

  test.each([['--cluster'], ['--insecure-cluster']])('%s and --run are refused', async (option) => {
    using project = makeProject('verify')
    const { exitCode, output } = await runCli(project.directory, ['verify', option, '--run', 'abcdefg'], env)
    expect(output).toMatch(/'--(insecure-)?cluster.*' cannot be used with option '--run <id>'/)
    expect(exitCode).toBe(1)
  })
})
