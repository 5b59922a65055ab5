import { copyFileSync, mkdtempSync, realpathSync, rmSync, unlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { expect, onTestFinished, test } from 'vitest'
import { describeKept, partKept } from '../../../../src/process/run/keptProcesses.ts'
import type { MarkedProcess } from '../../../../src/process/run/sweep.ts'
import { linux } from '../../../../src/process/system/linux/linux.ts'
import { pollUntil } from '../../../../src/support/pollUntil.ts'

const SLEEP = '/bin/sleep'

/** A directory with a copy of `sleep` under another name. */
function copyOfSleep(name: string): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'vp-kept-')))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const path = join(directory, name)
  copyFileSync(realpathSync(SLEEP), path)
  return path
}

/** Starts a process and waits until it executes its program. */
async function start(file: string, options: { argv0?: string } = {}): Promise<MarkedProcess> {
  const child = execa(file, ['100'], { reject: false, ...options })
  onTestFinished(() => void child.kill('SIGKILL'))
  const pid = child.pid!
  await pollUntil({
    look: async () => linux.table.executable(pid),
    isDone: (path) => path === realpathSync(file),
    timeout: 30_000,
    interval: 5,
  })
  const stat = linux.table.stat(pid)!
  return { ...stat, runId: 'abc1234', cookie: 'limit', lease: undefined, directory: undefined, command: 'x' }
}

const part = (found: MarkedProcess[], keep: string[]) => {
  const { kept, found: rest } = partKept(linux.table, found, keep)
  return { kept: kept.map(({ pid }) => pid), rest: rest.map(({ pid }) => pid) }
}

test('a process is kept by the name or the path of its executable', async () => {
  const path = copyOfSleep('gpg-agent')
  const agent = await start(path)
  expect(part([agent], ['gpg-agent'])).toEqual({ kept: [agent.pid], rest: [] })
  expect(part([agent], [path])).toEqual({ kept: [agent.pid], rest: [] })
  expect(part([agent], ['other', `/usr${path}`, 'agent', 'gpg'])).toEqual({ kept: [], rest: [agent.pid] })
  expect(part([agent], [])).toEqual({ kept: [], rest: [agent.pid] })
})

test('its file may have been replaced since', async () => {
  const path = copyOfSleep('gpg-agent')
  const agent = await start(path)
  unlinkSync(path)
  expect(part([agent], ['gpg-agent'])).toEqual({ kept: [agent.pid], rest: [] })
})

test('control: a process that only calls itself so is not kept', async () => {
  const impostor = await start(SLEEP, { argv0: 'gpg-agent' })
  expect(linux.table.command(impostor.pid)).toBe('gpg-agent 100')
  expect(part([impostor], ['gpg-agent'])).toEqual({ kept: [], rest: [impostor.pid] })
})

test('control: neither is another process that has got the pid', async () => {
  const agent = await start(copyOfSleep('gpg-agent'))
  expect(part([{ ...agent, startTime: '1' }], ['gpg-agent'])).toEqual({ kept: [], rest: [agent.pid] })
})

test('control: neither is one whose executable cannot be read', () => {
  const gone = { pid: 2 ** 22 + 1, startTime: '1', executable: '' } as unknown as MarkedProcess
  expect(part([gone], ['gpg-agent', ''])).toEqual({ kept: [], rest: [gone.pid] })
})

test('kept processes are counted and named', () => {
  expect(describeKept([])).toBe('')
  expect(describeKept([{ pid: 4121, executable: '/usr/bin/gpg-agent' }])).toBe('1 kept: gpg-agent 4121')
  const two = [
    { pid: 1, executable: '/a/b' },
    { pid: 2, executable: '/c' },
  ]
  expect(describeKept(two)).toBe('2 kept: b 1, c 2')
})
