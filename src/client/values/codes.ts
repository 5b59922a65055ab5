/** MessagePack's extension codes on the wire; docs/protocol.md lists the payloads. */
export const Code = {
  arrow: 0x41,
  buffer: 0x42,
  decimal: 0x43,
  dict: 0x44,
  deep: 0x45,
  function: 0x46,
  reference: 0x48,
  iterable: 0x49,
  column: 0x4b,
  timedelta: 0x4c,
  message: 0x4d,
  ndarray: 0x4e,
  dataframe: 0x50,
  series: 0x51,
  part: 0x52,
  set: 0x53,
  timestamp: 0x54,
  uuid: 0x55,
  integer: 0x5a,
  date: 0x64,
  float: 0x66,
  datetime: 0x6e,
  time: 0x74,
} as const

/** Arrays and objects within each other that one value may have; values/problem.py has the same. */
export const MAX_DEPTH = 2000

/** Levels of one part of a deep value; values/deep.py has the same. */
export const PART_LEVELS = 64
