// Writes the API reference: TypeScript from TSDoc, with TypeDoc, and Python from docstrings, with griffe.
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { Application } from 'typedoc'
import { docsPython } from '../development-python.mjs'
import { pages, root, writePage } from './pages.mjs'

const PACKAGE = 'vitest-environment-python'
/** The modules that users import, by the name of their page. A declaration is described on the first page that has it. */
export const ENTRIES = {
  fixtures: 'src/environment/vitest/fixtures.ts',
  vitest: 'src/globalSetup/vitest/plugin.ts',
  globals: 'src/environment/vitest/globals.ts',
  jest: 'src/environment/jest/types.ts',
}
/** The type of an error's code is an alias, which TypeScript spells out. */
const ERROR_CODES = /(?:`"[A-Z_]+"` \\\| ){10,}`"[A-Z_]+"`/g

export async function writeTypeScriptReference() {
  const directory = join(pages, 'api')
  const app = await Application.bootstrapWithPlugins(await typedocOptions(directory))
  const project = await app.convert()
  if (!project) throw new Error('TypeDoc could not read the sources.')
  for (const module of project.children ?? []) {
    // TypeDoc names a module by its path below `src`.
    const entry = Object.entries(ENTRIES).find(([, file]) => file === `src/${module.name}.ts`)
    if (!entry) throw new Error(`TypeDoc found a module that isn't an entry: ${module.name}`)
    module.name = entry[0]
  }
  await app.generateOutputs(project)
  await finish(directory)
}

async function typedocOptions(out) {
  const tsconfig = join(root, '.cache/site/tsconfig.json')
  const files = Object.values(ENTRIES).map((file) => join(root, file))
  await writePage('../tsconfig.json', JSON.stringify({ extends: '../../tsconfig.json', files, include: [] }))
  return {
    entryPoints: files,
    tsconfig,
    plugin: ['typedoc-plugin-markdown'],
    outputs: [{ name: 'markdown', path: out }],
    logLevel: 'Error',
    readme: 'none',
    disableGit: true,
    disableSources: true,
    skipErrorChecking: true,
    excludeExternals: true,
    excludeInternal: true,
    excludePrivate: true,
    outputFileStrategy: 'modules',
    hidePageHeader: true,
    hideBreadcrumbs: true,
    useHTMLEncodedBrackets: true,
    sanitizeComments: true,
    parametersFormat: 'table',
    interfacePropertiesFormat: 'table',
    classPropertiesFormat: 'table',
    typeDeclarationFormat: 'table',
  }
}

async function finish(directory) {
  // A list of the modules, which the sidebar has, too.
  await rm(join(directory, 'README.md'))
  for (const entry of Object.keys(ENTRIES)) {
    const file = join(directory, `${entry}.md`)
    const text = (await readFile(file, 'utf8')).replace(ERROR_CODES, '[`ErrorCode`](/errors)')
    await writeFile(file, text.replace(/^# .*$/m, `# ${PACKAGE}/${entry}`))
  }
}

export async function writePythonReference() {
  const { stdout } = await execa(await docsPython(), [join(root, 'python/describe_api.py')])
  await writePage('api/python.md', stdout)
}
