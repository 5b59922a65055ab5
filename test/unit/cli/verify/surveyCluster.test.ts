import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import { developmentPython } from '../../../../scripts/development-python.mjs'
import { showCluster } from '../../../../src/cli/verify/showCluster.ts'
import {
  type ClusterSurvey,
  isClusterClean,
  surveyCluster,
  type TreeOrphan,
} from '../../../../src/cli/verify/surveyCluster.ts'

const ORPHAN: TreeOrphan = {
  node: '10.0.0.7',
  run: 'runrunr',
  tree: 'treetre',
  pid: 4711,
  startTime: '1',
  command: 'python serve.py',
  lease: 'l7',
  killed: false,
}
const CLEAN: ClusterSurvey = {
  address: '10.0.0.1:6379',
  nodes: ['10.0.0.1', '10.0.0.7'],
  orphans: [],
  problems: [],
  living: [],
  elsewhere: [],
}

const show = (survey: Partial<ClusterSurvey>, reap?: boolean) =>
  stripVTControlCharacters(showCluster({ ...CLEAN, ...survey }, reap))

describe('a cluster', () => {
  test.each([
    [{}, true],
    [{ living: ['a', 'b'], elsewhere: ['treetre'] }, true],
    [{ orphans: [ORPHAN] }, false],
    [{ orphans: [{ ...ORPHAN, killed: true }] }, false],
    [{ problems: ['node 10.0.0.7: it has not answered'] }, false],
  ])('with %j is clean: %s', (found, clean) => {
    expect(isClusterClean({ ...CLEAN, ...found })).toBe(clean)
    expect(show(found).includes('No orphaned processes')).toBe(clean)
  })

  test('that is clean is one line', () => {
    expect(show({})).toBe(
      'No orphaned processes on the cluster at 10.0.0.1:6379: 2 nodes were looked at twice.',
    )
    expect(show({ living: ['a', 'b', 'c'] })).toMatch(/^No .* Left alone: 3 with a living owner\.$/)
  })

  test('shows each orphan with its node, run, tree and lease, and the next step', () => {
    const shown = show({ orphans: [ORPHAN, { ...ORPHAN, pid: 4712, run: null, lease: null }] })
    expect(shown).toMatch(/10\.0\.0\.7.*runrunr.*treetre.*4711.*l7.*alive.*python serve\.py/)
    expect(shown).toMatch(/10\.0\.0\.7.*\?.*treetre.*4712/)
    expect(shown).toContain('2 orphaned processes alive. To end them: vitest-python verify --cluster --reap')
  })

  test('tells what was ended, and what could not be', () => {
    const killed = { ...ORPHAN, killed: true }
    expect(show({ orphans: [killed] }, true)).toMatch(/ended[\s\S]*Ended 1 orphaned process\.$/)
    expect(show({ orphans: [ORPHAN] }, true)).toContain('1 orphaned process alive. They could not be ended.')
    expect(show({ orphans: [killed, ORPHAN] }, true)).toContain('The others could not be ended.')
  })
})

describe('a cluster that cannot be used is a problem, and not clean:', () => {
  test.each([
    [{ cluster: 'ray://10.0.0.1:10001' }, {}],
    [{ cluster: true }, { RAY_ADDRESS: 'ray://10.0.0.1:10001' }],
  ] as const)('the address of %j with %j', async (request, env) => {
    const survey = await surveyCluster(request, '/', env)
    expect(survey.problems).toEqual([
      expect.stringMatching(
        /"ray:\/\/10\.0\.0\.1:10001": write "auto", or host and port .* \(OPTIONS_INVALID\)$/,
      ),
    ])
    expect(isClusterClean(survey)).toBe(false)
  })

  test('the Python has no Ray', async () => {
    const python = await developmentPython()
    const survey = await surveyCluster({ cluster: true }, '/', {
      VITEST_PYTHON: python,
      PATH: process.env['PATH'],
    })
    expect(survey).toMatchObject({ address: 'auto', nodes: [], orphans: [] })
    expect(survey.problems).toEqual([expect.stringContaining('needs Ray in your Python environment')])
    expect(survey.problems[0]).toContain('pip install ray==')
    expect(survey.problems[0]).toContain(python)
    expect(survey.problems[0]).toMatch(/\(CLUSTER_UNUSABLE\)$/)
  })

  test('there is no Python', async () => {
    const survey = await surveyCluster({ cluster: true }, '/', { VITEST_PYTHON: '/nowhere/python3' })
    expect(survey.problems).toEqual([expect.stringContaining('(PYTHON_NOT_FOUND)')])
  })
})
