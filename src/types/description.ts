/** A type of Python, as `vitest_python.inspection` prints it. */
export interface TypeDescription {
  type: string
  /** Why it cannot be told. */
  why?: string
  /** Of a class. */
  name?: string
  value?: string | number | boolean | TypeDescription
  dtype?: string
  of?: TypeDescription | TypeDescription[]
  key?: TypeDescription
  parameters?: TypeDescription[] | null
  returns?: TypeDescription
}

export interface Doc {
  summary: string
  parameters: Record<string, string>
  returns: string
  raises: [type: string, text: string][]
}

export interface Parameter {
  name: string
  /** `either`: positional or keyword; `rest`: `*args`; `more`: `**kwargs`. */
  kind: 'positional' | 'either' | 'keyword' | 'rest' | 'more'
  optional: boolean
  type: TypeDescription
}

/** One way to call a function. A function with overloads has several. */
export interface CallDescription {
  /** `null`: unknown. */
  parameters: Parameter[] | null
  returns: TypeDescription
  /** The items, if the function is streamed. */
  yields?: TypeDescription
}

export interface FunctionDescription {
  doc: Doc
  calls: CallDescription[]
}

export interface Field {
  name: string
  type: TypeDescription
  required: boolean
}

/** A class with fields: its objects arrive as objects. */
export interface RecordDescription {
  kind: 'record'
  doc: string
  fields: Field[]
  /** Whether an object can be sent in its place: a TypedDict is a dict. */
  sendable: boolean
  /** It has more fields. */
  open?: boolean
  /** It arrives as another type. */
  is?: TypeDescription
}

/** A class whose objects stay in Python. */
export interface ClassDescription {
  kind: 'object'
  doc: string
  /** Its own name, and those of its bases. */
  bases: string[]
  methods: Record<string, FunctionDescription>
  attributes: Record<string, TypeDescription>
  /** It belongs to a library, and its members are not described. */
  open: boolean
}

/** Everything that tests can call. */
export interface ProgramDescription {
  modules: string[]
  functions: Record<string, FunctionDescription>
  classes: Record<string, RecordDescription | ClassDescription>
}
