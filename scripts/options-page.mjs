// Generates docs/options.md from the declarations of the options, which editors show and the schema satisfies.
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const source = new URL('../src/options/pythonOptions.ts', import.meta.url)
const bases = new URL('../src/options/environmentBase.ts', import.meta.url)
const page = new URL('../docs/options.md', import.meta.url)

const INTRODUCTION = `# Options

<!-- Made by \`npm run generate\` from src/options/pythonOptions.ts. -->

\`python({ … })\` in \`plugins\`. Without the plugin, set \`test.globalSetup\` to
\`['vitest-environment-python/vitest/global-setup']\` and write the options into \`test.environmentOptions.python\`, which
has the same types if you import \`vitest-environment-python/vitest\` in the configuration.
If an option does not exist, or a value cannot be used, the run fails at once and says what to write instead.

All options except \`base\`, \`report\` and \`pools\` can differ from pool to pool.
`

/** The text of the page. */
export async function optionsPage() {
  const file = ts.createSourceFile(
    'pythonOptions.ts',
    await readFile(source, 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  )
  const rows = ['PoolOptions', 'PythonOptions'].flatMap((name) => membersOf(file, name).map(row))
  const head = ['| option | values | default | meaning |', '|---|---|---|---|']
  return `${INTRODUCTION}\n${[...head, ...rows].join('\n')}\n`
}

/** Writes the page. */
export async function writeOptionsPage() {
  await writeFile(fileURLToPath(page), await optionsPage())
}

function membersOf(file, name) {
  return file.statements.find((node) => ts.isInterfaceDeclaration(node) && node.name.text === name).members
}

function row(member) {
  const comment = ts.getJSDocCommentsAndTags(member)[0]
  const meaning = comment.comment.replaceAll('\n', ' ').replace(/docs\/(\w+)\.md/g, '[$1]($1.md)')
  const { comment: given } = comment.tags.find(({ tagName }) => tagName.text === 'default')
  return `| \`${member.name.text}\` | ${valuesOf(member.type)} | ${given} | ${meaning} |`
}

const TYPES = {
  string: 'text',
  number: 'whole number',
  'readonly string[]': 'list of texts',
  'Readonly<Record<string, string>>': 'object of texts',
  ClusterOptions: '`{ engine, nodes, resources, … }`',
  CoverageOptions: '`{ include, contexts }`',
  DebugOptions: '`{ port, wait }`',
  OrphanOptions: '`{ action, keep, blame }`',
  ReportOptions: '`{ json, html, trace, summary, calls }`',
  RecycleOptions: '`{ leases, age, memory }`',
  EnvironmentBase: await environmentBases(),
  '{ readonly [Name in PoolName]?: PoolOptions | undefined }': 'object of options',
}

/** The alternatives of a type, in the words of the documentation. */
function valuesOf(type) {
  const texts = type.types.map((alternative) => alternative.getText())
  return texts
    .filter((text) => text !== 'undefined')
    .map((text) => TYPES[text] ?? `\`${text}\``)
    .join(', ')
}

async function environmentBases() {
  const [, list] = /BASES = \[(.*)\]/.exec(await readFile(bases, 'utf8'))
  return list.replace(/'[^']+'/g, '`$&`')
}
