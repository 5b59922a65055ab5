import type { ProgramDescription } from './description.ts'

/** Names that the generated file uses for something else. */
const TAKEN = new Set(
  `Array ArrayBuffer ArrayLike AsyncIterable BigInt64Array BigUint64Array Buffer Date Float32Array Float64Array Function
  Functions Int16Array Int32Array Int8Array Iterable IterableIterator Map Object Partial Promise Readonly ReadonlyMap
  ReadonlySet Record Set String Symbol Uint16Array Uint32Array Uint8Array ArrowTable DataFrame Decimal Float NdArray
  PlainDate PlainDateTime PlainTime PythonFunctions PythonModules PythonObject PythonRef PythonTyping Series TimeDelta
  Uuid any bigint boolean never null number object string symbol undefined unknown void`.split(/\s+/),
)

/** The names of Python's classes in TypeScript: their own, or, if two have the same one, with their modules. */
export function typeNames({ classes }: ProgramDescription): Map<string, string> {
  const qualified = Object.keys(classes).sort()
  const short = new Map(qualified.map((name) => [name, identifier(ownName(name))]))
  const counts = new Map<string, number>()
  for (const name of short.values()) counts.set(name, (counts.get(name) ?? 0) + 1)
  const used = new Set<string>()
  return new Map(
    qualified.map((name) => {
      const own = short.get(name) as string
      const free = counts.get(own) === 1 && !TAKEN.has(own) && !TAKEN.has(`${own}Input`)
      return [name, unused(free ? own : identifier(name), used)]
    }),
  )
}

/** `Item` of `shop.Item`, `Box[int]` of `shop.Box[int]`. */
function ownName(qualified: string): string {
  const [name = '', ...rest] = qualified.split('[')
  return [name.slice(name.lastIndexOf('.') + 1), ...rest].join('_')
}

function identifier(text: string): string {
  const name = text
    .replace(/<locals>\./g, '')
    .replace(/[^\p{L}\p{N}$]+/gu, '_')
    .replace(/_+$/, '')
  return /^\p{N}/u.test(name) || name === '' ? `_${name}` : name
}

function unused(name: string, used: Set<string>): string {
  let free = name
  for (let number = 2; used.has(free); number += 1) free = `${name}${number}`
  used.add(free)
  return free
}
