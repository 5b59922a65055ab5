// Every value of Python that JavaScript has no class for, as tests make them. The entries of the package export this list.
export { ndarray } from './ndarray.ts'
export { Decimal, Float, PlainDate, PlainDateTime, PlainTime, TimeDelta, Uuid } from './scalars.ts'
export { ArrowTable, DataFrame, Series } from './tables.ts'
