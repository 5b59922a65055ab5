// docs/options.md, made from the declarations of the options, which are what editors show and what the schema satisfies.
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const source = new URL('../src/options/options.ts', import.meta.url)
const page = new URL('../docs/options.md', import.meta.url)

const INTRODUCTION = `# Options

<!-- Made by \`npm run generate\` from src/options/options.ts. -->

\`python({ … })\` in \`plugins\`. Without the plugin, set \`test.globalSetup\` to
\`['vitest-environment-python/vitest/global-setup']\` and write the options into \`test.environmentOptions.python\`.
An option that does not exist, or a value that cannot be used, fails at once and says what to write.

All but \`base\` and \`pools\` may differ from pool to pool.
`

/** The text of the page. */
export async function optionsPage() {
  const file = ts.createSourceFile('options.ts', await readFile(source, 'utf8'), ts.ScriptTarget.Latest, true)
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
  const comment = ts.getJSDocCommentsAndTags(member)[0].comment.replaceAll('\n', ' ')
  const [, meaning, given] = /^(.*)\s+Default: (.+)\.$/.exec(comment)
  const links = meaning.replace(/docs\/(\w+)\.md/g, '[$1]($1.md)')
  return `| \`${member.name.text}\` | ${valuesOf(member.type)} | ${given} | ${links} |`
}

const WORDS = { string: 'text', 'string[]': 'list of texts', 'Record<string, string>': 'object of texts' }
const OBJECTS = {
  RecycleOptions: '`{ leases, age, memory }`',
  'Record<string, PoolOptions>': 'object of options',
}

/** The alternatives of a type in the words of this documentation. */
function valuesOf(type) {
  const texts = type.types.map((alternative) => alternative.getText())
  return texts
    .filter((text) => text !== 'undefined')
    .map((text) => OBJECTS[text] ?? WORDS[text] ?? (text === 'number' ? 'whole number' : `\`${text}\``))
    .join(', ')
}
