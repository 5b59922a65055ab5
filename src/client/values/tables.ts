import { types } from 'node:util'

/** A column: a typed array where numpy has numbers, otherwise an array. */
export type Column = ArrayLike<unknown> & Iterable<unknown>

/** A pandas DataFrame, by columns. */
export class DataFrame {
  /** In their order. */
  readonly columns: ReadonlyMap<string, Column>
  /** Labels of the rows; `null`: 0, 1, 2, … */
  readonly index: Column | null
  constructor(
    columns: ReadonlyMap<string, Column> | Readonly<Record<string, Column>>,
    index: Column | null = null,
  ) {
    // Not `instanceof`: each test file of Jest has a `Map` of its own.
    this.columns = types.isMap(columns) ? (columns as Map<string, Column>) : new Map(Object.entries(columns))
    this.index = index
  }
  /** An object for each row. */
  records(): Record<string, unknown>[] {
    const columns = [...this.columns]
    const rows = columns[0]?.[1].length ?? 0
    return Array.from({ length: rows }, (_, row) =>
      Object.fromEntries(columns.map(([name, column]) => [name, column[row]])),
    )
  }
}

/** A pandas Series. */
export class Series {
  readonly name: string | null
  readonly values: Column
  /** Labels; `null`: 0, 1, 2, … */
  readonly index: Column | null
  constructor(values: Column, name: string | null = null, index: Column | null = null) {
    this.values = values
    this.name = name
    this.index = index
  }
}

/** A `pyarrow.Table`, as a stream in Arrow's IPC format: `tableFromIPC(table.ipc)` of apache-arrow reads it. */
export class ArrowTable {
  readonly ipc: Uint8Array
  constructor(ipc: Uint8Array) {
    this.ipc = ipc
  }
}
