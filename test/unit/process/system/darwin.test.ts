import { readFileSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import { lineageOf } from '../../../../src/process/run/lineage.ts'
import { sweep } from '../../../../src/process/run/sweep.ts'
import { darwin } from '../../../../src/process/system/darwin.ts'
import type { Execute } from '../../../../src/process/system/ps.ts'

const LIST = readFileSync(new URL('darwin/ps.txt', import.meta.url), 'utf8')
const ENVIRONMENTS: Record<string, string> = JSON.parse(
  readFileSync(new URL('darwin/environments.json', import.meta.url), 'utf8'),
)

/** Stands in for the programs of macOS. `ps -E` prints the environment right after the arguments. */
function mac(list = LIST): { run: Execute; asked: string[] } {
  const asked: string[] = []
  const run: Execute = (file, args) => {
    asked.push([file, ...args].join(' '))
    if (args.includes('kern.bootsessionuuid')) return '8A4C7DB0-5F0A-4A1E-9E5B-3C1A2B7D9E10\n'
    if (args.includes('kern.boottime'))
      return '{ sec = 1795417331, usec = 123456 } Mon Nov 23 07:02:11 2026\n'
    if (args.includes('-p')) {
      const pid = args[args.indexOf('-p') + 1]
      return list.split('\n').find((line) => line.trimStart().startsWith(`${pid} `)) ?? ''
    }
    return args.includes('-E') ? withEnvironments(list) : list
  }
  return { run, asked }
}

function withEnvironments(list: string): string {
  const lines = list.trimEnd().split(/\n(?= *\d+ +\d+ )/)
  return lines
    .map((line) => {
      const environment = ENVIRONMENTS[line.trim().split(' ')[0] as string]
      return `${environment ? `${line} ${environment}` : line}\n`
    })
    .join('')
}

const query = { matches: (id: string) => id === 'abc1234', suspects: [], uid: 501 }

test('finds by the environment, and not by an argument that looks like it', async () => {
  const { found, unknown, looked } = await sweep(darwin(mac().run).table, query)
  expect(found.map(({ pid, cookie, lease }) => [pid, cookie, lease])).toEqual([
    [4131, 'environment', undefined],
    [4132, 'environment', undefined],
    [4140, 'environment', undefined],
    [4152, 'environment', 'l7'],
  ])
  expect(found[0]?.directory).toBe('/var/folders/x y/T/vitest-python-501/abc1234')
  expect(found[3]?.command).toBe('python3 -c import time\\ntime.sleep(100)')
  expect(looked).toBe(12)
  expect(unknown).toEqual([])
})

test('a process without a visible environment is found by descent and by process group, unless it is a zombie', async () => {
  const system = darwin(mac(LIST.replaceAll(/^.*4132 {2}4140 .*$/gm, '')).run)
  const leader = { pid: 4140, startTime: 'Mon Nov 23 10:15:04 2026' }
  expect(system.groupMembers([leader])).toEqual([4151, 4153])
  const member = { runId: 'abc1234', how: 'group' } as const
  const members = new Map(system.groupMembers([leader]).map((pid) => [pid, member]))
  const { found } = await sweep(system.table, { ...query, members })
  expect(found.find(({ pid }) => pid === 4151)).toMatchObject({ cookie: 'group', session: 4140 })
  expect(found.map(({ pid }) => pid)).not.toContain(4153)
})

test('if another process has the number of a group as its pid by now, it is another group', () => {
  const system = darwin(mac().run)
  expect(system.groupMembers([{ pid: 4140, startTime: 'Mon Nov 23 10:15:04 2026' }])).toContain(4151)
  expect(system.groupMembers([{ pid: 4140, startTime: 'Mon Nov 23 09:00:00 2026' }])).toEqual([])
})

test('finds descendants and ancestors as far as parents are known', () => {
  const system = darwin(mac().run)
  expect([...system.descendantsOf(4120)]).toEqual([4131, 4132, 4140, 4153])
  expect([...lineageOf(4132, system.table)]).toEqual([4132, 4131, 4120, 4090, 4088])
})

test('an identity is the pid and the start time to the second; a zombie has none', () => {
  const { run, asked } = mac(LIST.replace('Mon Nov 23 10:15:03', 'Mon Nov  3 10:15:03'))
  const system = darwin(run)
  expect(system.identityOf(4131)).toEqual({ pid: 4131, startTime: 'Mon Nov 3 10:15:03 2026' })
  expect(system.identityOf(4153)).toBeUndefined()
  expect(system.identityOf(9)).toBeUndefined()
  expect(asked).toContain('/bin/ps -p 9 -ww -o pid=,ppid=,pgid=,uid=,stat=,lstart=,command=')
  expect(system.startedAt('Mon Nov 3 10:15:03 2026')).toBe(Date.UTC(2026, 10, 3, 10, 15, 3))
  expect(system.table.isBefore('Mon Nov 3 10:15:03 2026', 'Mon Nov 23 07:02:11 2026')).toBe(true)
})

test('a boot is known by its session ID and by its time', () => {
  const system = darwin(mac().run)
  expect(system.bootId()).toBe('8A4C7DB0-5F0A-4A1E-9E5B-3C1A2B7D9E10')
  expect(system.bootedAt()).toBe(Date.UTC(2026, 10, 23, 7, 2, 11))
})

test('the platform chooses the adapter, and macOS reads nothing of Linux', async () => {
  const touched: string[] = []
  vi.stubGlobal('process', { ...process, platform: 'darwin' })
  vi.resetModules()
  vi.doMock('node:child_process', () => ({
    execFileSync: (file: string, args: string[]) => mac().run(file, args),
  }))
  const spy = (name: string) => (path: unknown) => {
    touched.push(`${name} ${String(path)}`)
    throw new Error('not on macOS')
  }
  vi.doMock('node:fs', async (original) => ({
    ...(await original<typeof import('node:fs')>()),
    readFileSync: spy('read'),
    readlinkSync: spy('readlink'),
    readdirSync: spy('list'),
    openSync: spy('open'),
  }))
  try {
    const { system } = await import('../../../../src/process/system/system.ts')
    const { isSameProcessAlive } = await import('../../../../src/process/system/identify.ts')
    expect(isSameProcessAlive({ pid: 4120, startTime: 'Mon Nov 23 10:15:01 2026' })).toBe(true)
    expect((await sweep(system.table, query)).found).toHaveLength(4)
    expect(system.descendantsOf(4131).size).toBe(3)
    expect([system.bootId(), system.pidNamespace()]).toEqual([expect.stringMatching(/^8A4C/), 'macOS'])
    expect(touched).toEqual([])
  } finally {
    vi.doUnmock('node:child_process')
    vi.doUnmock('node:fs')
    vi.unstubAllGlobals()
    vi.resetModules()
  }
})
