import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { developmentPython } from '../../../../scripts/development-python.mjs'
import { withDebugging } from '../../../../src/globalSetup/debug/withDebugging.ts'
import { resolvePools } from '../../../../src/options/options.ts'
import { DebugPorts } from '../../../../src/pool/debug/debugPorts.ts'

const root = mkdtempSync(join(tmpdir(), 'vp-debug-'))
const bare = join(root, 'bare/bin/python')
const ports = new DebugPorts()
let withDebugpy: string

beforeAll(async () => {
  withDebugpy = await developmentPython()
  await execa(withDebugpy, ['-m', 'venv', '--without-pip', join(root, 'bare')])
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})
afterAll(() => {
  ports.close()
  rmSync(root, { recursive: true })
})

const LIMITS = { leaseTimeout: 60_000, startupTimeout: 30_000 }

test('without a wish, nothing changes', async () => {
  const pools = await withDebugging(root, resolvePools({ python: 'none' }), ports, 'off')
  expect(pools['default']).toMatchObject({ debug: false, ...LIMITS })
})

test('one pool is debugged, without time limits', async () => {
  const port = await freePort()
  const options = resolvePools({ python: withDebugpy, pools: { gpu: { debug: { port } } } })
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  const { default: plain, gpu } = await withDebugging(root, options, ports, 'off')
  expect(plain).toMatchObject({ debug: false, ...LIMITS })
  expect(gpu).toMatchObject({ debug: { port, wait: true }, stopTimeout: 1_000 })
  expect(Math.min(gpu!.leaseTimeout, gpu!.startupTimeout, gpu!.resetTimeout)).toBeGreaterThan(1e9)
  expect(ports.get(port)?.port).toBe(port)
  expect(String(said.mock.calls[0])).toContain(
    `Python debugger listens on 127.0.0.1:${port}: attach your editor`,
  )
})

test('without debugpy, a debugger that was asked for is an error with the command that installs it', async () => {
  vi.stubEnv('VITEST_PYTHON_DEBUG', '1')
  await expect(withDebugging(root, resolvePools({ python: bare }), ports, 'off')).rejects.toMatchObject({
    code: 'DEBUGPY_MISSING',
    message: `debugpy is not installed for ${bare}. Install it there: ${bare} -m pip install debugpy`,
  })
})

test('a debugpy that cannot be imported is not called missing', async () => {
  mkdirSync(join(root, 'broken/debugpy'), { recursive: true })
  writeFileSync(join(root, 'broken/debugpy/__init__.py'), "raise RuntimeError('boom')")
  vi.stubEnv('VITEST_PYTHON_DEBUG', '1')
  const options = resolvePools({ python: bare, env: { PYTHONPATH: join(root, 'broken') } })
  const error = await withDebugging(root, options, ports, 'off').catch((caught) => caught)
  expect(error).toMatchObject({ code: 'DEBUGPY_MISSING' })
  expect(error.message).toContain(`debugpy cannot be imported by ${bare}: the import exited with status 1`)
  expect(error.message).toContain('RuntimeError: boom')
})

test('a port that this user may not open is not called taken', async () => {
  vi.stubEnv('VITEST_PYTHON_DEBUG', '1')
  const denied = Object.assign(new Error('listen EACCES: permission denied'), { code: 'EACCES' })
  const refusing = Object.assign(new DebugPorts(), { open: () => Promise.reject(denied) })
  const options = resolvePools({ python: withDebugpy, debug: { port: 81 } })
  await expect(withDebugging(root, options, refusing, 'off')).rejects.toMatchObject({
    message:
      'The Python debugger cannot listen on 127.0.0.1:81: listen EACCES: permission denied. ' +
      'Please choose another port, as in python({ debug: { port: 5699 } })',
  })
})

test('with --inspect, it is one line', async () => {
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  const pools = await withDebugging(root, resolvePools({ python: bare }), ports, 'waiting')
  expect(pools['default']).toMatchObject({ debug: false, ...LIMITS })
  expect(String(said.mock.calls[0])).toContain('Python is not debugged: debugpy is not installed')
})

test('with --inspect, a missing Python is left to the tests that need it', async () => {
  const pools = await withDebugging(root, resolvePools({ python: join(root, 'none') }), ports, 'on')
  expect(pools['default']).toMatchObject({ debug: false })
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
