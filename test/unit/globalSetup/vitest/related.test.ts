import { expect, test } from 'vitest'
import { concerns, pythonDirectories, relatePython } from '../../../../src/globalSetup/vitest/related.ts'

const vite = { config: { cacheDir: '/nowhere' } }

const project = (root: string, testFiles: string[]) => ({
  config: { root },
  globTestFiles: async () => ({ testFiles }),
})

test('a project is concerned by the Python files below its root, and beside modules that it lists', () => {
  const directories = pythonDirectories('/app', {
    modules: ['./python/a.py', 'app.tools'],
    pools: { gpu: { modules: ['../shared/b.py'] } },
  })
  expect(directories).toEqual(['/app', '/app/python', '/shared'])
  expect(concerns('/app/lib/c.py', directories)).toBe(true)
  expect(concerns('/shared/deep/c.py', directories)).toBe(true)
  expect(concerns('/application/c.py', directories)).toBe(false)
  expect(concerns('/app/c.ts', directories)).toBe(false)
})

test('the tests of each concerned project count as related', async () => {
  const config = { root: '/', related: ['/b/x.py'] }
  await relatePython({ config, vite }, project('/a', ['/a/1.test.ts']), {})
  await relatePython({ config, vite }, project('/b', ['/b/2.test.ts']), {})
  expect(config.related).toEqual(['/b/x.py', '/b/2.test.ts'])
})

test('… also if Vitest asks git later', async () => {
  const config: { root: string; changed: boolean; related?: string[] } = { root: '/', changed: true }
  await relatePython({ config, vite }, project('/a', ['/a/1.test.ts']), {})
  expect(config.related).toBeUndefined()
  config.related = ['/a/y.ts']
  expect(config.related).toEqual(['/a/y.ts'])
  config.related = ['/a/x.py']
  expect(config.related).toEqual(['/a/x.py', '/a/1.test.ts'])
})

test('watch mode and ordinary runs are left alone', async () => {
  for (const config of [{ root: '/', watch: true, changed: true }, { root: '/' }]) {
    const before = { ...config }
    await relatePython({ config, vite }, project('/a', ['/a/1.test.ts']), {})
    expect(config).toEqual(before)
    expect(Object.getOwnPropertyDescriptor(config, 'related')).toBeUndefined()
  }
})
