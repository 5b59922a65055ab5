import { afterEach, expect, test, vi } from 'vitest'
import type { TestProject } from 'vitest/node'
import { setup } from '../../../../src/globalSetup/vitest/globalSetup.ts'
import { python } from '../../../../src/globalSetup/vitest/plugin.ts'

const project = (config: Record<string, unknown>) =>
  ({
    config: { root: '/project', ...config },
    vitest: { config: {} },
    provide: vi.fn(),
  }) as unknown as TestProject

afterEach(() => vi.unstubAllGlobals())

test('Windows is refused with the remedy', async () => {
  vi.stubGlobal('process', { ...process, platform: 'win32' })
  await expect(setup(project({}))).rejects.toMatchObject({ code: 'PLATFORM_UNSUPPORTED' })
  await expect(setup(project({}))).rejects.toThrow(
    'vitest-environment-python does not run on Windows. Run the tests inside WSL.',
  )
})

test('a system that is neither Linux nor macOS is refused in one sentence', async () => {
  vi.stubGlobal('process', { ...process, platform: 'freebsd' })
  await expect(setup(project({}))).rejects.toThrow(
    'runs on Linux and macOS. It cannot identify processes on freebsd.',
  )
})

test('a project in browser mode is refused with the remedy', async () => {
  await expect(setup(project({ browser: { enabled: true } }))).rejects.toMatchObject({ code: 'BROWSER_MODE' })
  await expect(setup(project({ browser: { enabled: true } }))).rejects.toThrow(
    'does not work in browser mode: a browser has no Unix sockets',
  )
})

test('the plugin refuses invalid options, before any test runs', () => {
  expect(() => python({ isolation: 'module' as 'test' })).toThrow('isolation is "module"')
})

test('the global setup refuses invalid options, too, because it can be used without the plugin', async () => {
  const written = { environmentOptions: { python: { modules: 'x.py' } } }
  await expect(setup(project(written))).rejects.toThrow('The configuration of vitest-environment-python')
})

test('the global setup is the last in the list, so the first to be torn down, and is added once', () => {
  const config = { test: { globalSetup: './mine.ts', environmentOptions: { jsdom: {} } } }
  const plugin = python({ modules: ['x.py'] }) as unknown as {
    config: { handler(config: unknown): void }
  }
  plugin.config.handler(config)
  plugin.config.handler(config)
  expect(config.test.globalSetup).toEqual(['./mine.ts', expect.stringContaining('vitest/global-setup.js')])
  expect(config.test.environmentOptions).toEqual({ jsdom: {}, python: { modules: ['x.py'] } })
})

test("the options of a project don't reach the others, whose `test` may be the same object", () => {
  const shared = { server: { deps: { inline: ['mine'] } } }
  const config = { test: shared }
  const plugin = python() as unknown as { config: { handler(config: unknown): void } }
  plugin.config.handler(config)
  expect(shared).toEqual({ server: { deps: { inline: ['mine'] } } })
  expect(config.test.server.deps.inline).toEqual(['mine', expect.any(RegExp)])
})
