import { execa } from 'execa'
import { describe, expect, test } from 'vitest'
import { NOTHING, runVitest } from '../support/runVitest.ts'
import { versions } from '../support/versions.ts'

const version = versions.at(-1)!
const OFFLINE = ['unshare', '--net']

// Network namespaces exist on Linux only.
describe.skipIf(process.platform !== 'linux')('without any network, even without loopback', () => {
  test('a run passes', async () => {
    // The first installation needs a network.
    expect(await runVitest({ version, fixture: 'passes' })).toMatchObject({ exitCode: 0 })
    const wrap = (command: string[]) => [...OFFLINE, ...command]
    const { exitCode, output, left } = await runVitest({ version, fixture: 'passes', wrap })
    expect(output).toContain('No orphaned processes')
    expect({ exitCode, left }).toEqual({ exitCode: 0, left: NOTHING })
  })

  test('control: there is no network', async () => {
    const connect = "import socket; socket.create_server(('127.0.0.1', 0)).getsockname(); print('bound')"
    const local = `${connect}; socket.create_connection(('127.0.0.1', 9), 1)`
    const { stderr } = await execa('unshare', ['--net', 'python3', '-c', local], { reject: false })
    expect(stderr).toContain('Network is unreachable')
  })
})
