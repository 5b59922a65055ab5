import type { RunnerName } from './chooseRunner.ts'
import type { Edit } from './editVitest.ts'
import { locateConfig, type Node, propertyOf } from './locate.ts'
import { type Insertion, insertProperty, splice } from './splice.ts'

/** The file of VS Code, relative to its workspace. */
export const LAUNCH = '.vscode/launch.json'

const ATTACH = 'Attach to Python of the tests'
/** VS Code replaces it by the path of the open file. */
const RELATIVE_FILE = `\${relativeFile}`
const PROGRAMS = {
  vitest: { program: 'vitest/vitest.mjs', args: ['run', RELATIVE_FILE] },
  jest: { program: 'jest/bin/jest.js', args: ['--runInBand', '--runTestsByPath', RELATIVE_FILE] },
} satisfies Record<RunnerName, object>

/** The name of the configuration that debugs the open test and its Python. */
export function launchName(runner: RunnerName): string {
  return `${runner === 'jest' ? 'Jest' : 'Vitest'} and Python`
}

/** Adds our configurations to a launch.json, unless it has them. It may have comments and trailing commas. */
export function editLaunch(code: string, runner: RunnerName): Edit {
  if (code.trim() === '') return { code: newLaunch(runner) }
  // JSON with comments is a JavaScript expression.
  const prefix = 'export default '
  const text = prefix + code
  const located = locateConfig(text)
  if ('refusal' in located)
    return { refusal: located.refusal.startsWith('cannot') ? located.refusal : 'is not an object of JSON' }
  const list = propertyOf(located.config, 'configurations')
  if (list && list.type !== 'ArrayExpression')
    return { refusal: 'has a key configurations that is not a list' }
  const names = new Set((list ? elementsOf(list) : []).map(nameOf))
  const missing = configurations(runner).filter(({ name }) => !names.has(name))
  if (missing.length === 0) return { unchanged: true }
  const insertion = list
    ? appendTo(list, missing, unitOf(code))
    : insertProperty(text, located.config, `"configurations": [${print(missing, unitOf(code))}]`)
  return { code: splice(text, [insertion]).slice(prefix.length) }
}

/** A file for a project that has none. */
export function newLaunch(runner: RunnerName): string {
  return `${JSON.stringify({ version: '0.2.0', configurations: configurations(runner) }, null, 2)}\n`
}

/** The configurations to paste into a file that cannot be edited. */
export function launchSnippet(runner: RunnerName): string {
  return configurations(runner)
    .map((one) => JSON.stringify(one, null, 2))
    .join(',\n')
}

/**
 * The first one runs the open test, and starts the second one when Python's port is open. A compound would start both at
 * once, and the attach would be refused.
 */
function configurations(runner: RunnerName) {
  const { program, args } = PROGRAMS[runner]
  const launch = {
    name: launchName(runner),
    type: 'node',
    request: 'launch',
    program: `\${workspaceFolder}/node_modules/${program}`,
    args,
    env: { VITEST_PYTHON_DEBUG: '1' },
    autoAttachChildProcesses: true,
    skipFiles: ['<node_internals>/**', '**/node_modules/**'],
    console: 'integratedTerminal',
    serverReadyAction: {
      action: 'startDebugging',
      pattern: 'Python debugger listens on 127\\.0\\.0\\.1:([0-9]+)',
      name: ATTACH,
      killOnServerStop: true,
    },
  }
  const attach = {
    name: ATTACH,
    type: 'debugpy',
    request: 'attach',
    connect: { host: '127.0.0.1', port: 5678 },
    restart: true,
    subProcess: false,
    justMyCode: true,
  }
  return [launch, attach]
}

function appendTo(list: Node, added: readonly object[], unit: string): Insertion {
  const last = elementsOf(list).at(-1)
  const text = print(added, unit)
  return last ? { at: last.end, text: `,${text.trimEnd()}` } : { at: list.start + 1, text }
}

/** The text between the brackets of the list. */
function print(added: readonly object[], unit: string): string {
  const lines = added.map((one) => JSON.stringify(one, null, unit).replace(/^/gm, unit.repeat(2)))
  return `\n${lines.join(',\n')}\n${unit}`
}

function unitOf(code: string): string {
  return /^([\t ]+)["/]/m.exec(code)?.[1] ?? '  '
}

function elementsOf(list: Node): Node[] {
  return (list['elements'] as (Node | null)[]).filter((element) => element !== null)
}

function nameOf(element: Node): unknown {
  return element.type === 'ObjectExpression' ? propertyOf(element, 'name')?.['value'] : undefined
}
