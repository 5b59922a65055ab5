import { types } from 'node:util'

/** A column, or the labels of rows: a typed array for numpy's numbers and moments, otherwise an array. */
export type Column = ArrayLike<unknown> & Iterable<unknown> & { readonly dtype?: string }

/** Names of the levels of a DataFrame's rows and columns. */
export interface LevelNames {
  /** pandas' `index.names`: the names of the index's levels. Default: none has a name */
  indexNames?: readonly unknown[]
  /** pandas' `columns.names`: the names of the columns' levels. Default: none has a name */
  columnsNames?: readonly unknown[]
}

/**
 * A pandas DataFrame, by columns.
 *
 * @typeParam Name the type of the columns' names; an array for each if the columns have several levels
 */
export class DataFrame<Name = string> {
  /** The columns by their names, in their order. */
  readonly columns: ReadonlyMap<Name, Column>
  /** Labels of the rows, an array for each if the index has several levels; `null`: 0, 1, 2, … */
  readonly index: Column | null
  /** Names of the index's levels; empty if none has a name. */
  readonly indexNames: readonly unknown[]
  /** Names of the columns' levels; empty if none has a name. */
  readonly columnsNames: readonly unknown[]
  constructor(
    columns: ReadonlyMap<Name, Column> | Readonly<Record<string, Column>>,
    index: Column | null = null,
    { indexNames = [], columnsNames = [] }: LevelNames = {},
  ) {
    // Not `instanceof`: each test file of Jest has a `Map` of its own.
    const map = types.isMap(columns) ? columns : new Map(Object.entries(columns))
    this.columns = map as ReadonlyMap<Name, Column>
    this.index = index
    this.indexNames = indexNames
    this.columnsNames = columnsNames
  }
  /** An object for each row, by the names of the columns as texts. */
  records(): Record<string, unknown>[] {
    const columns = [...this.columns]
    const rows = columns[0]?.[1].length ?? 0
    return Array.from({ length: rows }, (_, row) =>
      Object.fromEntries(columns.map(([name, column]) => [String(name), column[row]])),
    )
  }
}

/**
 * A pandas Series.
 *
 * @typeParam Name the type of its name
 */
export class Series<Name = string> {
  readonly name: Name | null
  readonly values: Column
  /** Labels, an array for each if the index has several levels; `null`: 0, 1, 2, … */
  readonly index: Column | null
  /** Names of the index's levels; empty if none has a name. */
  readonly indexNames: readonly unknown[]
  constructor(
    values: Column,
    name: Name | null = null,
    index: Column | null = null,
    { indexNames = [] }: Pick<LevelNames, 'indexNames'> = {},
  ) {
    this.values = values
    this.name = name
    this.index = index
    this.indexNames = indexNames
  }
}

/** A table of pyarrow or polars, as a stream in Arrow's IPC format: `tableFromIPC(table.ipc)` of apache-arrow reads it. */
export class ArrowTable {
  readonly ipc: Uint8Array
  constructor(ipc: Uint8Array) {
    this.ipc = ipc
  }
}
