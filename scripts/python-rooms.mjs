// Makes dist/python-rooms.zip: the rooms of the Python package that few runs need, compressed, because their size counts in the
// package. `vitest_python` looks into it for the rooms that are no directory.
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { strToU8, zipSync } from 'fflate'

/** Named in package.json, too, which leaves their directories out. */
export const ROOMS = ['cluster', 'inspection', 'measuring', 'network', 'reporting']

const python = new URL('../python/', import.meta.url)

/** The same sources give the same bytes. */
const mtime = new Date(1980, 0, 1)

export async function writePythonRooms() {
  const files = {}
  for (const room of ROOMS) {
    const directory = `vitest_python/${room}`
    const all = await readdir(new URL(directory, python), { recursive: true })
    const names = all.filter((name) => name.endsWith('.py')).sort()
    for (const name of names)
      files[`${directory}/${name}`] = strToU8(
        withoutDocs(await readFile(new URL(`${directory}/${name}`, python), 'utf8')),
      )
  }
  await writeFile(new URL('../dist/python-rooms.zip', import.meta.url), zipSync(files, { level: 9, mtime }))
}

/** Python code without comments and docstrings. The archive is not for readers. Each line keeps its number. */
export function withoutDocs(source) {
  const pieces = source.split('"""')
  // Every second piece is a string. A docstring has nothing before it in its line.
  return pieces
    .map((piece, index) => {
      if (index % 2 === 0) return piece.replace(/^[ \t]*#.*$/gm, '')
      const isDocstring = /(^|\n)[ \t]*$/.test(pieces[index - 1])
      return isDocstring ? `""${piece.replace(/[^\n]/g, '')}` : `"""${piece}"""`
    })
    .join('')
}
