import { own } from '../support/own.ts'
import type { Field, ProgramDescription, TypeDescription } from './description.ts'

/** Whether a type is that of a value from Python, or of an argument. */
export type Direction = 'result' | 'argument'

/** The settings of the generated file. */
export interface TypeSettings {
  /** The type of an `int` that Python returns. */
  readonly int: string
}

const TYPED_ARRAYS: Record<string, string> = {
  int8: 'Int8Array',
  int16: 'Int16Array',
  int32: 'Int32Array',
  int64: 'BigInt64Array',
  uint8: 'Uint8Array',
  uint16: 'Uint16Array',
  uint32: 'Uint32Array',
  uint64: 'BigUint64Array',
  float16: 'Float32Array',
  float32: 'Float32Array',
  float64: 'Float64Array',
  bool: 'Uint8Array',
  complex64: 'Float32Array',
  complex128: 'Float64Array',
  datetime64: 'BigInt64Array',
  timedelta64: 'BigInt64Array',
}

const SIMPLE: Record<string, Record<Direction, string>> = {
  none: { result: 'null', argument: 'null | undefined' },
  bool: { result: 'boolean', argument: 'boolean' },
  int: { result: 'number', argument: 'number | bigint' },
  float: { result: 'number', argument: 'number | Float' },
  complex: { result: 'PythonRef', argument: 'PythonObject' },
  str: { result: 'string', argument: 'string' },
  bytes: { result: 'Buffer', argument: 'Uint8Array | ArrayBuffer' },
  text: { result: 'string', argument: 'string' },
  datetime: { result: 'Date | PlainDateTime', argument: 'Date | PlainDateTime' },
  never: { result: 'never', argument: 'never' },
}

/** Containers, whose place a reference can take. */
const LARGE = ['list', 'sequence', 'iterable', 'dict', 'set', 'ndarray']
const TABLES = ['DataFrame', 'Series', 'ArrowTable']

/** Writes types of Python as TypeScript. */
export class TypeWriter {
  /** The classes whose fields are needed as arguments. */
  readonly inputs = new Set<string>()
  readonly #program: ProgramDescription
  readonly #names: ReadonlyMap<string, string>
  readonly #settings: TypeSettings

  constructor(program: ProgramDescription, names: ReadonlyMap<string, string>, settings: TypeSettings) {
    this.#program = program
    this.#names = names
    this.#settings = settings
  }

  /** The type of a whole argument. A reference can take the place of a container. */
  argument(type: TypeDescription): string {
    const text = this.text(type, 'argument')
    const large = LARGE.includes(type.type) || (type.type === 'class' && TABLES.includes(type.name ?? ''))
    return large ? `${text} | PythonObject` : text
  }

  text(type: TypeDescription, direction: Direction): string {
    if (type.type === 'int' && direction === 'result') return this.#settings.int
    const simple = SIMPLE[type.type]
    if (simple) return simple[direction]
    const of = (part: TypeDescription) => this.text(part, direction)
    const inner = () => this.text(type.of as TypeDescription, direction)
    switch (type.type) {
      case 'class':
        return type.name as string
      case 'literal':
        return typeof type.value === 'string' ? quote(type.value) : String(type.value)
      case 'enum':
        return inner()
      case 'union':
        return union((type.of as TypeDescription[]).map(of))
      case 'tuple':
        return `${readonly(direction)}[${(type.of as TypeDescription[]).map(of).join(', ')}]`
      case 'list':
      case 'sequence':
        return `${readonly(direction)}${wrapped(inner())}[]`
      case 'iterable':
        return direction === 'result'
          ? `${wrapped(inner())}[] | Set<${inner()}> | PythonRef`
          : `Iterable<${inner()}> | AsyncIterable<${inner()}>`
      case 'iterator':
      case 'async_iterator':
        return direction === 'result'
          ? 'PythonRef'
          : `IterableIterator<${inner()}> | AsyncIterable<${inner()}> | PythonObject`
      case 'set':
        return direction === 'result' ? `Set<${inner()}>` : `ReadonlySet<${inner()}>`
      case 'dict':
        return this.#dict(type, direction)
      case 'ndarray':
        return ndarray(type.dtype, direction)
      case 'numpy_moment':
        return type.dtype === 'datetime64' ? 'PlainDateTime | PlainDate | null' : 'TimeDelta | null'
      case 'callable':
        return direction === 'result' ? 'PythonRef' : `${this.#callback(type)} | PythonObject`
      case 'record':
        return this.#record(type.name as string, direction)
      case 'object':
        return this.#object(type.name, direction)
      default:
        return type.why ? `unknown /* ${comment(type.why)} */` : 'unknown'
    }
  }

  /** The class of the object that a function returns, for a typed reference; `undefined` if none is described. */
  reference(type: TypeDescription): string | undefined {
    const described = this.#program.classes[type.name ?? '']
    const name = this.#names.get(type.name ?? '')
    if (type.type === 'object' && described?.kind === 'object' && !described.open) return name
    if (type.type === 'record' && described?.kind === 'record' && !described.is)
      return `{ is: ${marks([type.name as string])}; methods: object; attributes: ${name} }`
    return undefined
  }

  /** The fields of a class, one to a line. */
  fields(fields: readonly Field[], direction: Direction, open = false): string[] {
    const lines = fields.map(({ name, type, required }) => {
      const readonlyWord = direction === 'argument' ? 'readonly ' : ''
      return `${readonlyWord}${key(name)}${required ? '' : '?'}: ${this.text(type, direction)}`
    })
    return open ? [...lines, '[name: string]: unknown'] : lines
  }

  #dict({ key: keys, value }: TypeDescription, direction: Direction): string {
    const kinds = kindsOf(keys as TypeDescription)
    const [k, v] = [
      this.text(keys as TypeDescription, direction),
      this.text(value as TypeDescription, direction),
    ]
    const map = direction === 'result' ? `Map<${k}, ${v}>` : `ReadonlyMap<${k}, ${v}>`
    const own = direction === 'result' ? `Record<string, ${v}>` : `Readonly<Record<string, ${v}>>`
    if (kinds.every((kind) => kind === 'literal'))
      return direction === 'result'
        ? `{ [Key in ${k}]?: ${v} }`
        : `{ readonly [Key in ${k}]?: ${v} } | ${map}`
    if (kinds.every((kind) => kind === 'text')) return direction === 'result' ? own : `${own} | ${map}`
    if (kinds.includes('text') || kinds.includes('any')) return `${own} | ${map}`
    // An empty dict arrives as an object, because nothing tells what its keys would be.
    return direction === 'result' ? `${map} | Record<string, never>` : map
  }

  #callback({ parameters, returns }: TypeDescription): string {
    const result = this.text(returns as TypeDescription, 'argument')
    const from = parameters
      ? parameters.map((part, index) => `arg${index}: ${this.text(part, 'result')}`).join(', ')
      : '...args: any[]'
    const answer = ['unknown', 'null | undefined'].includes(result)
      ? 'unknown'
      : `${result} | Promise<${result}>`
    return `((${from}) => ${answer})`
  }

  #record(name: string, direction: Direction): string {
    const described = own(this.#program.classes, name)
    if (described?.kind !== 'record') return 'unknown'
    if (direction === 'result') return described.is ? this.text(described.is, 'result') : this.#name(name)
    // A dataclass or model would arrive as a dict.
    if (!described.sendable) return `PythonObject<${marks([name])}>`
    this.inputs.add(name)
    return `${this.#name(name)}Input`
  }

  #object(name: string | undefined, direction: Direction): string {
    const described = this.#program.classes[name ?? '']
    if (name === undefined || described?.kind !== 'object')
      return direction === 'result' ? 'PythonRef' : 'PythonObject'
    if (direction === 'argument') return `PythonObject<${marks([name])}>`
    return described.open ? 'PythonRef' : `PythonRef<${this.#name(name)}>`
  }

  #name(qualified: string): string {
    return this.#names.get(qualified) as string
  }
}

/** A type with the names of a class and its bases, by which references are checked. */
export function marks(names: readonly string[]): string {
  return `{ ${[...names]
    .sort()
    .map((name) => `${quote(name)}: true`)
    .join('; ')} }`
}

export function quote(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
}

/** A name as the key of an object type. */
export function key(name: string): string {
  return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name) ? name : quote(name)
}

/** Text that can stand in a comment. */
export function comment(text: string): string {
  return text.replaceAll('*/', '*\\/').replace(/\s+/g, ' ')
}

export function union(parts: readonly string[]): string {
  return [...new Set(parts)].join(' | ')
}

function wrapped(text: string): string {
  return /[ |&]/.test(text) && !/^\(.*\)$/.test(text) ? `(${text})` : text
}

function readonly(direction: Direction): string {
  return direction === 'argument' ? 'readonly ' : ''
}

function ndarray(dtype: string | undefined, direction: Direction): string {
  const array = dtype === undefined ? undefined : own(TYPED_ARRAYS, dtype)
  const whole = array ? `NdArray<${array}>` : 'NdArray'
  return direction === 'argument' && array ? `${whole} | ${array}` : whole
}

type KeyKind = 'text' | 'literal' | 'any' | 'other'

function kindsOf(keys: TypeDescription): KeyKind[] {
  if (keys.type === 'union') return (keys.of as TypeDescription[]).flatMap(kindsOf)
  if (keys.type === 'enum') return kindsOf(keys.of as TypeDescription)
  if (keys.type === 'literal') return [typeof keys.value === 'string' ? 'literal' : 'other']
  if (keys.type === 'str') return ['text']
  return [keys.type === 'unknown' ? 'any' : 'other']
}
