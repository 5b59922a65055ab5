import { requireRunner } from '../../globalSetup/run/runnerVersions.ts'
import { DEFAULT_FILE } from '../../types/filePlan.ts'
import { chooseRunner, type Manifest, type RunnerName } from './chooseRunner.ts'
import { editJest, JEST_CONFIGS, jestSnippet, newJest } from './editJest.ts'
import { type Edit, editVitest, newSnippet, newVitest, VITEST_CONFIGS } from './editVitest.ts'
import { EXAMPLE_MODULE, exampleFiles, jestExample } from './example.ts'
import { locateConfig, type Node, propertyOf } from './locate.ts'
import { type Places, placesOfJest, placesOfVitest, placeTest } from './place.ts'

/** A file to write. */
export interface Change {
  path: string
  /** `undefined`: the file is new. */
  before: string | undefined
  after: string
}

export interface InitPlan {
  /** The command that runs the example. */
  next: string
  changes: Change[]
  /** Sentences about files that are not changed. */
  notes: string[]
  /** Why the configuration cannot be edited, and the lines to paste. */
  refusal?: string
}

/** The facts that the plan depends on. */
export interface InitFacts {
  /** Names of the files in the root. */
  files: ReadonlySet<string>
  /** Whether package.json says `"type": "module"`. */
  esm: boolean
  force: boolean
  /** The runner to configure. Default: see `chooseRunner` */
  runner?: RunnerName | undefined
  /** Text of a file in the root; `undefined` if there is none. */
  read(path: string): string | undefined
  /** Version of an installed runner; `undefined` if it is not installed. */
  version?(runner: RunnerName): string | undefined
}

/** The differences between the runners. */
interface Runner {
  next: string
  /** The file that holds the configuration. */
  config(facts: InitFacts, manifest: Manifest): string | undefined
  fresh(facts: InitFacts): { path: string; after: string }
  edit(code: string, path: string, types: string | undefined): Edit
  /** The lines to paste into a configuration that cannot be edited. */
  snippet(code: string, types: string | undefined): string
  /** The configuration's object, if it can be located. */
  places(code: string, path: string): Places | undefined
  /** Extensions of the example's test, the preferred one first. */
  extensions(facts: InitFacts, config: string): string[]
  example(test: string): Record<string, string>
}

const RUNNERS: Record<RunnerName, Runner> = {
  vitest: {
    next: 'npx vitest run greeting',
    config: ({ files }) => VITEST_CONFIGS.find((name) => files.has(name)),
    // Vite loads a .ts file of a CommonJS package with require, which cannot load ES modules before Node 22.
    fresh: ({ esm, files }) => ({
      path: esm ? 'vitest.config.ts' : 'vitest.config.mts',
      after: newVitest(EXAMPLE_MODULE, typesOf(files)),
    }),
    edit: (code, _, types) => editVitest(code, EXAMPLE_MODULE, types),
    snippet: (_, types) => newSnippet(EXAMPLE_MODULE, types),
    places: (code) => placesIn(code, placesOfVitest),
    extensions: ({ files }, config) => {
      const typescript = files.has('tsconfig.json') || /\.[mc]?ts$/.test(config)
      return typescript ? ['ts', 'tsx', 'mts', 'js', 'mjs'] : ['js', 'mjs', 'ts', 'tsx', 'mts']
    },
    example: exampleFiles,
  },
  jest: {
    next: 'npx jest greeting',
    config: ({ files }, { jest }) =>
      JEST_CONFIGS.find((name) => files.has(name)) ?? (jest === undefined ? undefined : 'package.json'),
    fresh: ({ files }) => ({ path: 'jest.config.mjs', after: newJest(EXAMPLE_MODULE, typesOf(files)) }),
    edit: (code, path, types) => editJest(code, EXAMPLE_MODULE, path, types),
    snippet: (code, types) => jestSnippet(EXAMPLE_MODULE, code, types),
    places: (code, path) => placesIn(code, placesOfJest, path),
    extensions: () => ['js', 'ts', 'tsx', 'mjs', 'jsx'],
    example: jestExample,
  },
}

/** Where the types of Python's functions go, if the project uses TypeScript. */
function typesOf(files: ReadonlySet<string>): string | undefined {
  return files.has('tsconfig.json') ? DEFAULT_FILE : undefined
}

/** Plans the changes: the configuration, and an example that passes. */
export function planInit(facts: InitFacts): InitPlan {
  const manifest = JSON.parse(facts.read('package.json') ?? '{}') as Manifest
  const { name, note } = facts.runner ? { name: facts.runner } : chooseRunner(facts.files, manifest)
  requireRunner(name, facts.version?.(name))
  const runner = RUNNERS[name]
  const plan = planConfig(facts, runner, manifest)
  if (note) plan.notes.push(note)
  const path = runner.config(facts, manifest) ?? plan.changes[0]?.path ?? ''
  const places = runner.places(facts.read(path) ?? '', path)
  for (const [example, after] of exampleOf(runner, facts, path, places, plan)) {
    const before = facts.read(example)
    if (before === after) continue
    if (before !== undefined && !facts.force)
      plan.notes.push(`${example} exists and is kept. To overwrite it: --force`)
    else plan.changes.push({ path: example, before, after })
  }
  return plan
}

/** The files of the example. The test lies where the runner looks for tests. */
function exampleOf(
  runner: Runner,
  facts: InitFacts,
  config: string,
  places: Places | undefined,
  plan: InitPlan,
): [string, string][] {
  const extensions = runner.extensions(facts, config)
  const found = places && placeTest(places, extensions)
  if (places && (found === undefined || places.unreadable)) {
    const why = places.unreadable
      ? `${places.unreadable} cannot be read`
      : 'no usual name matches its patterns'
    plan.notes.push(
      `${config || 'The configuration'}: ${why}. If the runner does not find the example's test, move it.`,
    )
  }
  const files = runner.example(found ?? `greeting.test.${extensions[0]}`)
  return Object.entries(files).map(([path, text]) => [[places?.root, path].filter(Boolean).join('/'), text])
}

function placesIn(code: string, read: (config: Node) => Places, path = ''): Places | undefined {
  const isJson = path.endsWith('.json')
  const located = locateConfig(isJson ? `export default ${code}` : code, { commonJs: !isJson })
  if ('refusal' in located) return undefined
  const config = path === 'package.json' ? propertyOf(located.config, 'jest') : located.config
  return config?.type === 'ObjectExpression' ? read(config) : undefined
}

function planConfig(facts: InitFacts, runner: Runner, manifest: Manifest): InitPlan {
  const { next } = runner
  const path = runner.config(facts, manifest)
  if (path === undefined) return { next, changes: [{ ...runner.fresh(facts), before: undefined }], notes: [] }
  const before = facts.read(path) ?? ''
  const types = typesOf(facts.files)
  const edit = runner.edit(before, path, types)
  if ('code' in edit) return { next, changes: [{ path, before, after: edit.code }], notes: [] }
  if ('unchanged' in edit) {
    const remedy = before.includes(EXAMPLE_MODULE)
      ? ''
      : ` To run the example, add ${EXAMPLE_MODULE} to its modules.`
    return { next, changes: [], notes: [`${path} already has vitest-environment-python.${remedy}`] }
  }
  const refusal = `${path} cannot be edited: it ${edit.refusal}. Paste these lines into it, and run init again for the example:\n\n${runner.snippet(before, types)}\n`
  return { next, changes: [], notes: [], refusal }
}
