import { ndarray } from '../../client/values/ndarray.ts'
import {
  Decimal,
  Float,
  PlainDate,
  PlainDateTime,
  PlainTime,
  TimeDelta,
  Uuid,
} from '../../client/values/scalars.ts'
import { ArrowTable, DataFrame, Series } from '../../client/values/tables.ts'

/** What Python values become that JavaScript has no class for, as test files make them. */
export const VALUES = {
  ndarray,
  Decimal,
  Float,
  PlainDate,
  PlainDateTime,
  PlainTime,
  TimeDelta,
  Uuid,
  ArrowTable,
  DataFrame,
  Series,
}
export type Values = typeof VALUES
