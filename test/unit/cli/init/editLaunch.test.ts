import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { editLaunch, newLaunch } from '../../../../src/cli/init/editLaunch.ts'
import { planLaunch } from '../../../../src/cli/init/launchPlan.ts'

const OURS = ['Vitest and Python', 'Attach to Python of the tests']

function edited(code: string): string {
  const edit = editLaunch(code, 'vitest')
  if (!('code' in edit)) throw new Error(JSON.stringify(edit))
  return edit.code
}

/** Reads JSON with comments, as VS Code does. */
function parse(code: string) {
  const { config, error } = ts.parseConfigFileTextToJson('launch.json', code)
  expect(error).toBeUndefined()
  return config
}

const namesIn = (code: string) => parse(code).configurations.map(({ name }: { name: string }) => name)

test('a new file starts the attach when the port is open', () => {
  const [launch, attach] = parse(newLaunch('vitest')).configurations
  expect(launch.serverReadyAction).toMatchObject({ action: 'startDebugging', name: attach.name })
  const line = ' python  Python debugger listens on 127.0.0.1:5678: attach your editor (debugpy).'
  expect(new RegExp(launch.serverReadyAction.pattern).exec(line)?.[1]).toBe(`${attach.connect.port}`)
  expect(launch).toMatchObject({ env: { VITEST_PYTHON_DEBUG: '1' }, args: ['run', `\${relativeFile}`] })
  expect(attach).toMatchObject({ type: 'debugpy', request: 'attach', subProcess: false })
})

describe.each([
  ['an empty file', '\n', []],
  ['an empty object', '{}', []],
  ['an empty list', '{\n  "version": "0.2.0",\n  "configurations": []\n}\n', []],
  ['an empty list with a comment', '{\n  // mine\n  "configurations": [\n    // none\n  ]\n}\n', []],
  ['no list', '{\n\t"version": "0.2.0"\n}\n', []],
  ['one entry', '{\n    "configurations": [\n        { "name": "a", "type": "node" }\n    ]\n}\n', ['a']],
  [
    'comments and trailing commas',
    '// Use IntelliSense\n{\n\t"version": "0.2.0", /* v */\n\t"configurations": [\n\t\t{\n\t\t\t"name": "a", // last\n\t\t}, // after\n\t],\n}\n',
    ['a'],
  ],
  ['CRLF', '{\r\n  "configurations": [\r\n    { "name": "a" }\r\n  ]\r\n}\r\n', ['a']],
  ['one line', '{"configurations":[{"name":"a"}],"compounds":[]}', ['a']],
])('%s', (_, code, own) => {
  test('gets our entries after its own, and keeps everything else', () => {
    const text = edited(code)
    expect(namesIn(text)).toEqual([...own, ...OURS])
    for (const part of code.match(/\/\/.*|\/\*.*\*\/|"version": ".*?"|"compounds":\[\]/g) ?? [])
      expect(text).toContain(part.trim())
    expect(text.includes('\r\n')).toBe(code.includes('\r\n'))
    if (code.includes('\r\n')) expect(text.replaceAll('\r\n', '')).not.toContain('\n')
  })

  test('is not changed again', () => {
    expect(editLaunch(edited(code), 'vitest')).toEqual({ unchanged: true })
  })
})

test('of two entries, only the missing one is added', () => {
  const half = parse(newLaunch('vitest'))
  half.configurations.shift()
  expect(namesIn(edited(JSON.stringify(half)))).toEqual([...OURS].reverse())
})

test.each([
  ['[]', 'is not an object of JSON'],
  ['{ "configurations": {} }', 'has a key configurations that is not a list'],
  ['{ "configurations": [', 'cannot be parsed'],
  ['<<<<<<< HEAD\n{}', 'cannot be parsed'],
])('refuses %j', (code, refusal) => {
  expect(editLaunch(code, 'vitest')).toEqual({ refusal: expect.stringContaining(refusal) })
  const read = (path: string) => (path === '.vscode/launch.json' ? code : '{}')
  const plan = planLaunch({ files: new Set(), esm: true, force: false, read })
  expect(plan.refusal).toContain('.vscode/launch.json cannot be edited: it')
  expect(plan.refusal).toContain('"type": "debugpy"')
})

test('a project with Jest gets an entry that runs Jest', () => {
  const read = (path: string) =>
    path === 'package.json' ? '{ "devDependencies": { "jest": "30" } }' : undefined
  const [change] = planLaunch({ files: new Set(), esm: true, force: false, read }).changes
  expect(parse(change!.after).configurations[0]).toMatchObject({
    name: 'Jest and Python',
    program: `\${workspaceFolder}/node_modules/jest/bin/jest.js`,
    args: ['--runInBand', '--runTestsByPath', `\${relativeFile}`],
  })
})
