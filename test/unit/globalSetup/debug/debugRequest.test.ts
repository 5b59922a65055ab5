import { describe, expect, test } from 'vitest'
import { debugRequest } from '../../../../src/globalSetup/debug/debugRequest.ts'
import { inspected } from '../../../../src/globalSetup/debug/inspected.ts'

const explicit = { port: 5678, wait: true, isExplicit: true }
const automatic = { port: 5678, wait: true, isExplicit: false }

test.each([
  ['nothing asks for it', undefined, undefined, 'off', undefined],
  ['the variable', undefined, '1', 'off', explicit],
  ['the variable comes before the option', false, '1', 'off', explicit],
  ['the variable keeps the port of the option', { port: 7 }, 'true', 'off', { ...explicit, port: 7 }],
  ['the variable turns it off', { port: 7 }, '0', 'waiting', undefined],
  ['an empty variable', undefined, '', 'off', undefined],
  ['the option', { port: 5678 }, undefined, 'off', explicit],
  [
    'the option without waiting',
    { port: 5678, wait: false },
    undefined,
    'waiting',
    { ...explicit, wait: false },
  ],
  ['the option turns it off', false, undefined, 'waiting', undefined],
  ['--inspect-brk', undefined, undefined, 'waiting', automatic],
  ['--inspect', undefined, undefined, 'on', { ...automatic, wait: false }],
] as const)('%s', (_, option, variable, node, wish) => {
  expect(debugRequest(option, variable, node)).toEqual(wish)
})

describe("Node's debugger", () => {
  test.each([
    ['is off', {}, [], false, 'off'],
    ['is off beside other flags', {}, ['--inspector-is-no-flag', '--enable-source-maps'], false, 'off'],
    ['is on by a flag', {}, ['--inspect'], false, 'on'],
    ['is on by a flag with an address', {}, ['--inspect=127.0.0.1:0'], false, 'on'],
    ['waits', {}, ['--inspect-brk=9230'], false, 'waiting'],
    ['waits', {}, ['--inspect-wait'], false, 'waiting'],
    ['was opened by an editor', {}, [], true, 'on'],
    ["is on by Vitest's flag", { inspector: { enabled: true } }, [], false, 'on'],
    ["waits by Vitest's flag", { inspector: { enabled: true, waitForDebugger: true } }, [], false, 'waiting'],
    ['waits in test processes of Vitest 4', { execArgv: ['--inspect-brk'] }, [], false, 'waiting'],
    ['is on in those of Vitest 3', { poolOptions: { forks: { execArgv: ['--inspect'] } } }, [], false, 'on'],
  ] as const)('%s', (_, config, flags, isOpen, expected) => {
    expect(inspected(config, flags, isOpen)).toBe(expected)
  })
})
