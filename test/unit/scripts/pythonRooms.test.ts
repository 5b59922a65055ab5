import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { developmentPython } from '../../../scripts/development-python.mjs'
import { ROOMS, withoutDocs } from '../../../scripts/python-rooms.mjs'

const python = new URL('../../../python/vitest_python/', import.meta.url)

/** Prints the syntax tree of a module with the line of each statement, and with every docstring empty. */
const DUMP = `
import ast, sys
tree = ast.parse(sys.stdin.read())
for node in ast.walk(tree):
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        node.value.value, node.end_lineno = "", 0
print([(type(node).__name__, node.lineno) for node in ast.walk(tree) if isinstance(node, ast.stmt)], ast.dump(tree))
`

const files = ROOMS.flatMap((room) =>
  readdirSync(new URL(room, python))
    .filter((name) => name.endsWith('.py'))
    .map((name) => `${room}/${name}`),
)

test.each(files)('%s is the same program in the archive, line by line', async (file) => {
  const source = readFileSync(new URL(file, python), 'utf8')
  const archived = withoutDocs(source)
  const executable = await developmentPython()
  const dump = (input: string) => execFileSync(executable, ['-c', DUMP], { input, encoding: 'utf8' })
  expect(dump(archived)).toBe(dump(source))
  expect(archived).not.toMatch(/^\s*#/m)
})

test('a docstring goes, and a string that is used stays', () => {
  const source = 'def f():\n    """Says\n    much."""\n    # why\n    return """\\\n# kept\n"""\n'
  expect(withoutDocs(source)).toBe('def f():\n    ""\n\n\n    return """\\\n# kept\n"""\n')
})
