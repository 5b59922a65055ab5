import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { afterEach, describe, expect, test } from 'vitest'
import { developmentPython } from '../../../../../scripts/development-python.mjs'
import { LinuxChildren, type ThreadFiles } from '../../../../../src/process/system/linux/linuxChildren.ts'

/** Threads of process 7 with their children. `ended` are listed still, but have no file any more. */
function filesOf(threads: Record<string, string>, ended: string[] = []) {
  const open = new Map<number, string>()
  let opened = 0
  const read: string[] = []
  const files: ThreadFiles = {
    list: () => Object.keys(threads),
    open(path) {
      const thread = path.split('/')[4] as string
      if (ended.includes(thread)) return undefined
      open.set(++opened, thread)
      return opened
    },
    read(file) {
      const thread = open.get(file) as string
      read.push(thread)
      return threads[thread] ?? ''
    },
    close: (file) => void open.delete(file),
  }
  return { files, open, read, opened: () => opened }
}

describe('the children of a process', () => {
  test('are those of all threads, the first of which is read last', () => {
    const { files, read, open } = filesOf({ '7': '10 11 ', '8': '', '9': '12 ' })
    expect(new LinuxChildren(7, files).read()).toEqual([12, 10, 11])
    expect(read).toEqual(['8', '9', '7'])
    expect(open.size).toBe(0)
  })

  test('are read without opening a file again, except those of new threads', () => {
    const threads: Record<string, string> = { '7': '', '8': '10 ' }
    const { files, open, opened } = filesOf(threads)
    const watch = new LinuxChildren(7, files)
    watch.prepare()
    watch.prepare()
    expect(opened()).toBe(2)
    threads['9'] = '11 '
    expect(watch.read()).toEqual([10, 11])
    expect(opened()).toBe(3)
    expect(open.size).toBe(2)
    watch.close()
    expect(open.size).toBe(0)
    expect(watch.read()).toEqual([10, 11])
  })

  test('of a thread that has just ended are those of the first', () => {
    const { files } = filesOf({ '7': '10 ', '8': '11 ' }, ['8'])
    expect(new LinuxChildren(7, files).read()).toEqual([10])
    expect(new LinuxChildren(7, { ...files, list: () => [] }).read()).toEqual([])
  })

  test('are found however many are watched', () => {
    const threads = Object.fromEntries(
      Array.from({ length: 40 }, (_, at) => [String(7 + at), `${100 + at} `]),
    )
    const { files, open } = filesOf(threads)
    const watches = Array.from({ length: 10 }, () => new LinuxChildren(7, files))
    for (const watch of watches) watch.prepare()
    expect(open.size).toBe(256)
    for (const watch of watches) expect(watch.read()).toHaveLength(40)
    for (const watch of watches) watch.close()
    expect(open.size).toBe(0)
  })
})

/** For each line with a number, a thread forks as many children, and ends. */
const CHILDREN_OF_THREADS = `
import json, os, signal, sys, threading, warnings
warnings.simplefilter("ignore")
def fork():
    pid = os.fork()
    if pid == 0:
        signal.pause()
    return pid
for line in sys.stdin:
    thread = threading.Thread(target=lambda: print(json.dumps([fork() for _ in range(int(line))]), flush=True))
    thread.start()
    thread.join()
`

describe.runIf(process.platform === 'linux')('the children of a real process', () => {
  const started: number[] = []
  afterEach(() => {
    for (const pid of started.splice(0)) process.kill(pid, 'SIGKILL')
  })

  test('that its threads started before they ended, and nothing else', async () => {
    const python: ChildProcess = spawn(await developmentPython(), ['-c', CHILDREN_OF_THREADS])
    const pid = python.pid as number
    started.push(pid)
    const lines = createInterface(python.stdout!)
    const watch = new LinuxChildren(pid)
    watch.prepare()
    expect(watch.read()).toEqual([])
    // More than one buffer of pids has room for.
    for (const count of [1, 800]) {
      python.stdin!.write(`${count}\n`)
      const [line] = await once(lines, 'line')
      started.push(...JSON.parse(line))
    }
    const expected = started.slice(1).sort()
    expect(watch.read().sort()).toEqual(expected)
    expect(new LinuxChildren(pid).read().sort()).toEqual(expected)
    const before = readdirSync('/proc/self/fd').length
    watch.close()
    expect(readdirSync('/proc/self/fd').length).toBeLessThan(before)
  })
})
