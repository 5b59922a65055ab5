import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { keepProblem } from '../../../src/options/keepProblem.ts'
import { resolveOptions } from '../../../src/options/options.ts'

test.each([
  'python python2 python3 python3.11 python3.13t python3-config pypy3 pypy3.10 Python /usr/bin/python3.12',
  'node nodejs node20 deno bun ruby ruby3.2 perl perl5.36.0 php php8.2 php-8.2 lua5.4 luajit java tclsh8.6 Rscript',
  'bash sh dash zsh fish busybox ash ksh mksh tcsh pwsh /bin/bash',
  'env sudo timeout nohup setsid xargs strace qemu-aarch64 ld-linux-x86-64.so.2 ld-musl-x86_64.so.1',
])('refused: %s', (names) => {
  for (const name of names.split(' '))
    expect(keepProblem(name), name).toMatch(/^it is an interpreter, a shell/)
})

test('not refused: the executables of one program', () => {
  const names = 'gpg-agent ssh-agent dirmngr redis-server postgres chrome javacc shfmt nodemon envoy rubyfmt'
  for (const name of names.split(' ')) expect(keepProblem(name), name).toBeUndefined()
  expect(keepProblem('/usr/lib/gnupg/scdaemon')).toBeUndefined()
  expect(keepProblem('/opt/no/such/agent')).toBeUndefined()
})

test('a path that leads to an interpreter is refused, another one is resolved', () => {
  const directory = mkdtempSync(join(tmpdir(), 'vp-keep-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const [agent, other] = [join(directory, 'agent'), join(directory, 'other')]
  symlinkSync('/bin/sh', agent)
  expect(keepProblem(agent)).toMatch(/^it leads to \S+, an interpreter, a shell or a launcher/)
  symlinkSync('/proc/self/status', other)
  expect(keepProblem(other)).toBeUndefined()
  const { keep } = resolveOptions({ orphans: { keep: [other, 'gpg-agent'] } }).orphans
  expect(keep).toEqual([`/proc/${process.pid}/status`, 'gpg-agent'])
})
